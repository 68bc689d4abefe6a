package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class S3CheckpointStoreIT {
    private static final String BUCKET = "images";
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration TTL = Duration.ofHours(1);
    private static final byte[] EARLY = "x at step 9".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LATE = "x at step 3".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path folder;

    private static EmbeddedS3 s3;

    @BeforeAll
    static void startServer() {
        s3 = EmbeddedS3.start(folder, 0, "key", "secret");
        s3.createBucket(BUCKET);
    }

    @AfterAll
    static void stopServer() {
        s3.close();
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void keepsTheLatestUntilItIsDeleted(S3Settings.HttpClient client) {
        CheckpointAddress address = address("latest-" + client, "hash");
        try (CheckpointStore store = store(s3.endpoint(), client, NOON)) {
            assertThat(join(store.get(address))).isEmpty();
            join(store.put(address, EARLY));
            join(store.put(address, LATE));
            assertThat(join(store.get(address)))
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(LATE));
            join(store.delete(address));
            assertThat(join(store.get(address))).isEmpty();
            join(store.delete(address));
        }
    }

    @Test
    void doesNotGiveAwayWhatIsTooOldOrForOtherContent() {
        CheckpointAddress address = address("old", "hash");
        try (CheckpointStore store = store(s3.endpoint(), S3Settings.HttpClient.NETTY, NOON);
                CheckpointStore later = store(
                        s3.endpoint(),
                        S3Settings.HttpClient.NETTY,
                        NOON.plus(TTL).plusMillis(1))) {
            join(store.put(address, LATE));

            assertThat(join(later.get(address))).isEmpty();
            assertThat(join(store.get(address("old", "other")))).isEmpty();
            assertThat(join(store.get(address))).isPresent();
        }
    }

    @Test
    void givesUpOnAStoreThatIsOutOfOrder() throws IOException {
        try (StubbornS3 stubborn = new StubbornS3(Collections.nCopies(10, 503));
                CheckpointStore store = store(stubborn.endpoint(), S3Settings.HttpClient.NETTY, NOON)) {
            CheckpointAddress address = address("down", "hash");

            assertThatThrownBy(() -> join(store.get(address))).hasCauseInstanceOf(StorageException.class);
            assertThatThrownBy(() -> join(store.put(address, LATE))).hasCauseInstanceOf(StorageException.class);
            assertThat(stubborn.requests()).isEqualTo(5);
        }
    }

    private static CheckpointStore store(URI endpoint, S3Settings.HttpClient client, Instant now) {
        S3Settings settings = new S3Settings(
                Optional.of(endpoint),
                "us-east-1",
                true,
                Optional.of(new S3Settings.StaticCredentials("key", "secret")),
                BUCKET,
                new ObjectKeys("made"),
                new Encryption.BucketDefault(),
                client,
                16,
                RetryPolicy.DEFAULT);
        return new S3CheckpointStore(settings, "checkpoints", TTL, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static CheckpointAddress address(String request, String contentHash) {
        return new CheckpointAddress(new TenantId("acme"), new RequestId(request), contentHash, "cpu");
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
