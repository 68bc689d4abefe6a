package dev.sluice.embedded;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

@Timeout(60)
class EmbeddedS3IT {
    private static final String BUCKET = "images";
    private static final int WRITERS = 8;

    @TempDir
    private Path folder;

    @Test
    void aRaceOfConditionalWritesHasOneWinner() {
        try (EmbeddedS3 s3 = start();
                S3AsyncClient client = client(s3, "secret")) {
            s3.createBucket(BUCKET);

            List<CompletableFuture<Integer>> statuses = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> writeOnce(client, "key", "writer " + writer))
                    .toList();
            List<Integer> sorted =
                    statuses.stream().map(CompletableFuture::join).sorted().toList();

            assertThat(sorted).hasSize(WRITERS).startsWith(200);
            assertThat(sorted.subList(1, WRITERS)).isSubsetOf(409, 412);
        }
    }

    @Test
    void restartOnTheSameFolderKeepsObjects() {
        try (EmbeddedS3 s3 = start();
                S3AsyncClient client = client(s3, "secret")) {
            s3.createBucket(BUCKET);
            assertThat(writeOnce(client, "a/b/0.png", "content").join()).isEqualTo(200);
        }

        try (EmbeddedS3 s3 = start();
                S3AsyncClient client = client(s3, "secret")) {
            s3.createBucket(BUCKET);
            var object = client.getObject(
                            get -> get.bucket(BUCKET).key("a/b/0.png"), AsyncResponseTransformer.toBytes())
                    .join();
            assertThat(object.asUtf8String()).isEqualTo("content");
        }
    }

    /** A standalone's default folder is relative to where it was started. */
    @Test
    void listsWhatLiesInARelativeFolder() {
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());
        try (EmbeddedS3 s3 = EmbeddedS3.start(relative, 0, "key", "secret");
                S3AsyncClient client = client(s3, "secret")) {
            s3.createBucket(BUCKET);
            assertThat(writeOnce(client, "a/b/0.png", "content").join()).isEqualTo(200);

            assertThat(client.listObjectsV2(list -> list.bucket(BUCKET)).join().contents())
                    .singleElement()
                    .satisfies(object -> assertThat(object.key()).isEqualTo("a/b/0.png"));
        }
    }

    @Test
    void aWrongSecretIsRefused() {
        try (EmbeddedS3 s3 = start();
                S3AsyncClient client = client(s3, "guess")) {
            s3.createBucket(BUCKET);

            assertThat(writeOnce(client, "key", "content").join()).isEqualTo(403);
        }
    }

    @Test
    void anUploadThatDoesNotMatchItsChecksumIsRefused() {
        try (EmbeddedS3 s3 = start();
                S3AsyncClient client = client(s3, "secret")) {
            s3.createBucket(BUCKET);
            String otherChecksum = Base64.getEncoder().encodeToString(new byte[32]);

            assertThat(statusOf(client.putObject(
                                    put -> put.bucket(BUCKET).key("key").checksumSHA256(otherChecksum),
                                    AsyncRequestBody.fromString("content")))
                            .join())
                    .isEqualTo(400);
        }
    }

    @Test
    void aTakenPortIsRefusedInOneSentence() {
        try (EmbeddedS3 s3 = start()) {
            int port = s3.endpoint().getPort();
            assertThatThrownBy(() -> EmbeddedS3.start(folder, port, "key", "secret"))
                    .isInstanceOf(StandaloneException.class)
                    .hasMessageContaining("port " + port);
        }
    }

    private EmbeddedS3 start() {
        return EmbeddedS3.start(folder, 0, "key", "secret");
    }

    private static S3AsyncClient client(EmbeddedS3 s3, String secret) {
        return S3AsyncClient.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", secret)))
                .build();
    }

    /** The HTTP status that the writer sees. */
    private static CompletableFuture<Integer> writeOnce(S3AsyncClient client, String key, String content) {
        return statusOf(client.putObject(
                put -> put.bucket(BUCKET).key(key).ifNoneMatch("*").contentType("text/plain"),
                AsyncRequestBody.fromString(content)));
    }

    private static CompletableFuture<Integer> statusOf(CompletableFuture<PutObjectResponse> answer) {
        return answer.thenApply(written -> written.sdkHttpResponse().statusCode())
                .exceptionally(failure -> ((S3Exception) requireNonNull(failure.getCause())).statusCode());
    }
}
