package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.storage.S3Settings.HttpClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreCheckIT {
    private static final String SECRET = "secret";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> PREFIXES = List.of("images", "checkpoints", "");

    @TempDir
    private static Path folder = Path.of("");

    private EmbeddedS3 s3;

    @BeforeAll
    void start() {
        s3 = EmbeddedS3.start(folder, 0, "key", SECRET);
        s3.createBucket("images");
    }

    @AfterAll
    void stop() {
        s3.close();
    }

    @ParameterizedTest
    @EnumSource
    void findsNothingWrongHoweverOftenItLooks(HttpClient client) {
        StoreCheck check = check(client, s3.endpoint(), "images", SECRET);

        assertThat(check.problems(PREFIXES, PATIENCE)).isEmpty();
        assertThat(check.problems(PREFIXES, PATIENCE)).isEmpty();
        assertThat(folder.resolve("images/images/startup-check")).isNotEmptyFile();
    }

    @ParameterizedTest
    @EnumSource
    void saysOnceThatTheBucketIsMissing(HttpClient client) {
        assertThat(check(client, s3.endpoint(), "elsewhere", SECRET).problems(List.of("images"), PATIENCE))
                .singleElement()
                .asString()
                .contains("s3.bucket: there is no elsewhere at " + s3.endpoint());
    }

    @ParameterizedTest
    @EnumSource
    void saysThatThereIsNoPermission(HttpClient client) {
        assertThat(check(client, s3.endpoint(), "images", "wrong").problems(List.of("images"), PATIENCE))
                .singleElement()
                .asString()
                .contains("s3.bucket: no permission for images");
    }

    @ParameterizedTest
    @EnumSource
    void asksAStoreThatIsNotThereForItsPatienceAlone(HttpClient client) {
        long start = System.nanoTime();

        List<String> problems = check(client, URI.create("http://127.0.0.1:1"), "images", SECRET)
                .problems(List.of("images"), Duration.ofSeconds(2));

        assertThat(problems).singleElement().asString().contains("s3.endpoint: http://127.0.0.1:1 can't be reached");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(100), PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void saysAtOnceThatThereAreNoCredentials(HttpClient client) {
        Map<String, String> nowhere = Map.of(
                "aws.sharedCredentialsFile", folder.resolve("none").toString(),
                "aws.configFile", folder.resolve("none").toString(),
                "aws.disableEc2Metadata", "true");
        nowhere.forEach(System::setProperty);
        try {
            long start = System.nanoTime();

            List<String> problems = new StoreCheck(
                            settings(client, URI.create("http://127.0.0.1:1"), "images", Optional.empty()))
                    .problems(PREFIXES, Duration.ofMinutes(5));

            assertThat(problems)
                    .singleElement()
                    .asString()
                    .startsWith("s3.access-key: there are no credentials for S3")
                    .contains("AWS_ACCESS_KEY_ID", "log.level: debug")
                    .hasSizeLessThan(300);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
        } finally {
            nowhere.keySet().forEach(System::clearProperty);
        }
    }

    @ParameterizedTest
    @EnumSource
    void believesAtOnceThatAKeyIsUnknownAndSaysSoInTheStoresWords(HttpClient client) throws IOException {
        try (StubbornS3 strict = new StubbornS3(
                List.of(new StubbornS3.Refusal(403, "InvalidAccessKeyId")).iterator())) {
            assertThat(check(client, strict.endpoint(), "images", SECRET).problems(List.of("images"), PATIENCE))
                    .singleElement()
                    .asString()
                    .contains("no permission for images", "403 InvalidAccessKeyId");
            assertThat(strict.requests()).isEqualTo(1);
        }
    }

    @Test
    void waitsForAStoreThatIsBusy() throws IOException {
        try (StubbornS3 busy = new StubbornS3(List.of(503, 503, 200, 412, 503, 200))) {
            assertThat(check(HttpClient.NETTY, busy.endpoint(), "images", SECRET)
                            .problems(List.of("images"), PATIENCE))
                    .isEmpty();
            // And one with a wrong checksum.
            assertThat(busy.requests()).isEqualTo(7);
        }
    }

    @Test
    void refusesAStoreThatWritesOverWhatIsThere() throws IOException {
        try (StubbornS3 careless = new StubbornS3(List.of())) {
            assertThat(check(HttpClient.NETTY, careless.endpoint(), "images", SECRET)
                            .problems(List.of("images"), PATIENCE))
                    .singleElement()
                    .asString()
                    .contains("ignores If-None-Match");
        }
    }

    private static StoreCheck check(HttpClient client, URI endpoint, String bucket, String secret) {
        return new StoreCheck(
                settings(client, endpoint, bucket, Optional.of(new S3Settings.StaticCredentials("key", secret))));
    }

    private static S3Settings settings(
            HttpClient client, URI endpoint, String bucket, Optional<S3Settings.StaticCredentials> credentials) {
        return new S3Settings(
                Optional.of(endpoint),
                "us-east-1",
                true,
                credentials,
                bucket,
                new ObjectKeys("images"),
                new Encryption.BucketDefault(),
                client,
                4,
                new RetryPolicy(
                        2,
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10)));
    }
}
