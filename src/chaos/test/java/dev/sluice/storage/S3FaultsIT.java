package dev.sluice.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.chaos.surroundings.FaultyS3;
import dev.sluice.chaos.surroundings.S3Fault;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.request.StoredImage;
import dev.sluice.storage.S3Settings.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Both clients against a real store behind a proxy that breaks writes. */
@Timeout(60)
class S3FaultsIT {
    private static final String BUCKET = "images";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Attempts enough for two faults: an attempt may meet one in its write and one in its repair. */
    private static final RetryPolicy QUICK = new RetryPolicy(
            6, Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(30));

    @TempDir
    private static Path folder;

    private static EmbeddedS3 s3;

    private FaultyS3 faulty;

    @BeforeAll
    static void startServer() {
        s3 = EmbeddedS3.start(folder, 0, "key", "secret");
        s3.createBucket(BUCKET);
    }

    @AfterAll
    static void stopServer() {
        s3.close();
    }

    @BeforeEach
    void startProxy() {
        faulty = FaultyS3.start(s3.endpoint(), "secret", Duration.ofSeconds(3));
    }

    @AfterEach
    void stopProxy() {
        faulty.close();
    }

    static Stream<Arguments> everyFaultAndClient() {
        return Stream.of(S3Fault.values())
                .flatMap(fault -> Stream.of(HttpClient.values()).map(client -> Arguments.of(fault, client)));
    }

    @ParameterizedTest
    @MethodSource("everyFaultAndClient")
    void theImageThatIsToldOfIsThereWhole(S3Fault fault, HttpClient client) {
        ImageAddress address = address("whole-" + fault + client);
        byte[] image = Samples.png(address, 7);
        try (S3ImageStore store = store(client)) {
            faulty.inject(fault, 2);

            StoredImage stored = join(store.put(address, image, PATIENCE));

            assertThat(faulty.fired().get(fault)).isPositive();
            assertThat(join(store.get(BUCKET, stored.key()))).isEqualTo(image);
            assertThat(stored.sha256()).isEqualTo(sha256(image));
            assertThat(stored.sizeBytes()).isEqualTo(image.length);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.class)
    void aStoreThatStaysBrokenIsGivenUpWithNothingToldOfIt(HttpClient client) {
        ImageAddress address = address("broken-" + client);
        try (S3ImageStore store = store(client)) {
            faulty.inject(S3Fault.TRUNCATED_BODY, 1_000);

            Throwable failure = failureOf(store.put(address, Samples.png(address, 7), PATIENCE));

            assertThat(failure)
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            given -> assertThat(given.retriable()).isTrue())
                    .hasMessageContaining("after 6 attempts");
            assertThat(store.counters().attempts()).isEqualTo(6);
            assertThat(store.counters().retries()).isEqualTo(5);
            assertThat(store.counters().failures()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.class)
    void whatOthersLeftDamagedIsReplaced(HttpClient client) {
        ImageAddress address = address("left-" + client);
        byte[] image = Samples.png(address, 7);
        byte[] earlier = Samples.png(address, 9);
        try (S3AsyncClient other = S3Clients.connect(settings(client)).client();
                S3ImageStore store = store(client)) {
            String key = key(address);
            join(other.putObject(
                    put -> put.bucket(BUCKET).key(key).metadata(Map.of(VerifiedWrite.SHA256_METADATA, sha256(earlier))),
                    AsyncRequestBody.fromBytes(Arrays.copyOf(earlier, 50))));

            assertThat(join(store.put(address, image, PATIENCE)).sha256()).isEqualTo(sha256(image));
            assertThat(join(store.get(BUCKET, key))).isEqualTo(image);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.class)
    void theFirstImageOfAnAddressWins(HttpClient client) {
        ImageAddress address = address("first-" + client);
        byte[] earlier = Samples.png(address, 9);
        try (S3ImageStore store = store(client)) {
            StoredImage first = join(store.put(address, earlier, PATIENCE));

            StoredImage second = join(store.put(address, Samples.png(address, 7), PATIENCE));

            assertThat(first.earlier()).isFalse();
            assertThat(second.earlier()).isTrue();
            assertSameObject(second, first);
            assertThat(second.sha256()).isEqualTo(sha256(earlier));
            assertThat(join(store.get(BUCKET, first.key()))).isEqualTo(earlier);
        }
    }

    @Test
    void patienceEndsItBeforeTheBudget() {
        ImageAddress address = address("patience");
        try (S3ImageStore store = store(HttpClient.NETTY)) {
            faulty.inject(S3Fault.SLOW, 1_000);
            long start = System.nanoTime();

            Throwable failure = failureOf(store.put(address, Samples.png(address, 7), Duration.ofMillis(200)));

            assertThat(failure).hasMessageContaining("after 1 attempt: ");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void racingWritersOfDifferentImagesBehindATroubledStoreTellOfOne() {
        ImageAddress address = address("race");
        try (S3ImageStore one = store(HttpClient.CRT);
                S3ImageStore other = store(HttpClient.NETTY)) {
            faulty.inject(S3Fault.WRONG_CHECKSUM, 1);
            faulty.inject(S3Fault.TIMEOUT_AFTER_SUCCESS, 1);
            CompletionStage<StoredImage> first = one.put(address, Samples.png(address, 7), PATIENCE);
            CompletionStage<StoredImage> second = other.put(address, Samples.png(address, 9), PATIENCE);

            assertSameObject(join(first), join(second));
            assertThat(sha256(join(one.get(BUCKET, key(address)))))
                    .isEqualTo(join(first).sha256());
        }
    }

    /** Which of the writers made it is each one's own view. */
    private static void assertSameObject(StoredImage one, StoredImage other) {
        assertThat(one).usingRecursiveComparison().ignoringFields("earlier").isEqualTo(other);
    }

    private S3ImageStore store(HttpClient client) {
        return new S3ImageStore(settings(client));
    }

    private S3Settings settings(HttpClient client) {
        return new S3Settings(
                Optional.of(faulty.endpoint()),
                "us-east-1",
                true,
                Optional.of(new S3Settings.StaticCredentials("key", "secret")),
                BUCKET,
                new ObjectKeys("made"),
                new Encryption.BucketDefault(),
                client,
                16,
                QUICK);
    }

    private static String key(ImageAddress address) {
        return new ObjectKeys("made").key(address);
    }

    private static ImageAddress address(String request) {
        return Samples.address(request);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.of(bytes));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Throwable failureOf(CompletionStage<?> stage) {
        return requireNonNull(catchThrowable(() -> join(stage)).getCause());
    }
}
