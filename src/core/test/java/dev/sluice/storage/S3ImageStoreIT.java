package dev.sluice.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.Headers;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.request.StoredImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

@Timeout(60)
class S3ImageStoreIT {
    private static final String BUCKET = "images";
    private static final byte[] IMAGE = "an image".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "another!".getBytes(StandardCharsets.UTF_8);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final RetryPolicy QUICK = new RetryPolicy(
            4, Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofSeconds(20));

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
    void whatIsStoredCanBeFetched(S3Settings.HttpClient client, TestInfo test) {
        try (S3ImageStore store = store(s3.endpoint(), client)) {
            StoredImage stored = join(store.put(address(test), IMAGE, PATIENCE));

            assertThat(stored.bucket()).isEqualTo(BUCKET);
            assertThat(stored.key()).matches("made/[0-9a-f]{64}/0\\.png");
            assertThat(stored.sha256()).isEqualTo(HexFormat.of().formatHex(Sha256.of(IMAGE)));
            assertThat(stored.sizeBytes()).isEqualTo(IMAGE.length);
            assertThat(stored.seed()).isEqualTo(42);
            assertThat(join(store.get(stored.bucket(), stored.key()))).isEqualTo(IMAGE);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void theSameBytesAgainAreTheSameObject(S3Settings.HttpClient client, TestInfo test) {
        try (S3ImageStore store = store(s3.endpoint(), client)) {
            StoredImage first = join(store.put(address(test), IMAGE, PATIENCE));

            assertThat(join(store.put(address(test), IMAGE, PATIENCE))).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void whatIsNoImageUnderTheAddressIsAConflictAndStays(S3Settings.HttpClient client, TestInfo test) {
        try (S3ImageStore store = store(s3.endpoint(), client)) {
            StoredImage first = join(store.put(address(test), IMAGE, PATIENCE));

            Throwable failure = failureOf(store.put(address(test), OTHER, PATIENCE));

            assertThat(failure).isInstanceOfSatisfying(StorageConflictException.class, conflict -> {
                assertThat(conflict.key()).isEqualTo(first.key());
                assertThat(conflict.retriable()).isFalse();
            });
            assertThat(join(store.get(BUCKET, first.key()))).isEqualTo(IMAGE);
        }
    }

    @Test
    void anObjectWithoutOurMetadataIsComparedByItsContent(TestInfo test) {
        ImageAddress address = address(test);
        String key = new ObjectKeys("made").key(address);
        S3Settings settings = settings(s3.endpoint(), S3Settings.HttpClient.NETTY);
        try (S3AsyncClient foreign = S3Clients.connect(settings).client();
                S3ImageStore store = new S3ImageStore(settings)) {
            join(foreign.putObject(put -> put.bucket(BUCKET).key(key), AsyncRequestBody.fromBytes(IMAGE)));

            assertThat(join(store.put(address, IMAGE, PATIENCE)).key()).isEqualTo(key);
            assertThat(failureOf(store.put(address, OTHER, PATIENCE))).isInstanceOf(StorageConflictException.class);
        }
    }

    @Test
    void aRaceOfEqualWritersEndsInOneObjectForAll(TestInfo test) {
        try (S3ImageStore store = store(s3.endpoint(), S3Settings.HttpClient.CRT)) {
            List<CompletableFuture<StoredImage>> writers = IntStream.range(0, 8)
                    .mapToObj(
                            writer -> store.put(address(test), IMAGE, PATIENCE).toCompletableFuture())
                    .toList();

            assertThat(writers.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void anObjectThatIsNotThereIsRefusedAtOnce(S3Settings.HttpClient client) {
        try (S3ImageStore store = store(s3.endpoint(), client)) {
            assertThat(failureOf(store.get(BUCKET, "nothing")))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            refusal -> assertThat(refusal.retriable()).isFalse());
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void aServerThatIsDownIsGivenUpAsRetriable(S3Settings.HttpClient client, TestInfo test) throws IOException {
        URI nobody;
        try (StubbornS3 stopped = new StubbornS3(List.of())) {
            nobody = stopped.endpoint();
        }
        try (S3ImageStore store = store(nobody, client)) {
            assertThat(failureOf(store.put(address(test), IMAGE, PATIENCE)))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.retriable()).isTrue());
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void passingFailuresAreRetried(S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (StubbornS3 stubborn = new StubbornS3(List.of(503, 409, 500));
                S3ImageStore store = store(stubborn.endpoint(), client)) {
            assertThat(join(store.put(address(test), IMAGE, PATIENCE)).sizeBytes())
                    .isEqualTo(IMAGE.length);
            assertThat(stubborn.requests()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void attemptsAreBounded(S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (StubbornS3 stubborn = new StubbornS3(Collections.nCopies(100, 503));
                S3ImageStore store = store(stubborn.endpoint(), client)) {
            assertThat(failureOf(store.put(address(test), IMAGE, PATIENCE)))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.retriable()).isTrue())
                    .hasMessageContaining("4 attempts");
            // The native client makes each attempt twice.
            assertThat(stubborn.requests()).isEqualTo(client == S3Settings.HttpClient.CRT ? 8 : 4);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void whatTheStoreWillSayAgainIsNotRetried(S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (StubbornS3 stubborn = new StubbornS3(List.of(404));
                S3ImageStore store = store(stubborn.endpoint(), client)) {
            assertThat(failureOf(store.put(address(test), IMAGE, PATIENCE)))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            refusal -> assertThat(refusal.retriable()).isFalse());
            assertThat(stubborn.requests()).isEqualTo(1);
        }
    }

    static Stream<Arguments> denials() {
        return Stream.of(
                        new StubbornS3.Refusal(400, "ExpiredToken"),
                        new StubbornS3.Refusal(400, "TokenRefreshRequired"),
                        new StubbornS3.Refusal(403, "RequestTimeTooSkewed"),
                        new StubbornS3.Refusal(403, "InvalidAccessKeyId"),
                        new StubbornS3.Refusal(403, "SignatureDoesNotMatch"),
                        new StubbornS3.Refusal(403, "AccessDenied"),
                        new StubbornS3.Refusal(301, "PermanentRedirect"),
                        new StubbornS3.Refusal(307, "TemporaryRedirect"))
                .flatMap(refusal -> Stream.of(S3Settings.HttpClient.values())
                        .map(client -> Arguments.argumentSet(refusal.code() + " " + client, refusal, client)));
    }

    /** Keys rotate and permissions are mended; what waits to be stored is paid for. */
    @ParameterizedTest
    @MethodSource("denials")
    void aDeniedImageIsBroughtAgainAndOtherwiseTheStoresCodeIsTold(
            StubbornS3.Refusal denial, S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (StubbornS3 once = new StubbornS3(List.of(denial).iterator());
                S3ImageStore store = store(once.endpoint(), client)) {
            assertThat(join(store.put(address(test), IMAGE, PATIENCE)).sizeBytes())
                    .isEqualTo(IMAGE.length);
        }
        try (StubbornS3 always = new StubbornS3(Collections.nCopies(100, denial).iterator());
                S3ImageStore store = store(always.endpoint(), client)) {
            assertThat(failureOf(store.put(address(test), IMAGE, PATIENCE)))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.retriable()).isTrue())
                    .hasMessageContaining("after 4 attempts: ")
                    // The native client has an error of its own for a clock that is off, without the status.
                    .hasMessageContaining(denial.code());
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void keysThatWereRotatedInTheirFileAreTaken(S3Settings.HttpClient client, TestInfo test) throws IOException {
        Path file = folder.resolve("credentials-" + client);
        Map<String, String> properties =
                Map.of("aws.sharedCredentialsFile", file.toString(), "aws.configFile", file + ".none");
        properties.forEach(System::setProperty);
        Files.writeString(file, profile("old"));
        try (RotatingS3 rotating = new RotatingS3("new", () -> write(file, profile("new")));
                S3ImageStore store = new S3ImageStore(
                        settings(rotating.endpoint(), client, new Encryption.BucketDefault(), Optional.empty()))) {
            assertThat(join(store.put(address(test), IMAGE, PATIENCE)).sizeBytes())
                    .isEqualTo(IMAGE.length);
            assertThat(rotating.keys()).startsWith("old").endsWith("new");
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    private static String profile(String key) {
        return "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = secret\n";
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It damages what it is sent, and says to have got the checksum that came along. */
    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void aChecksumThatTheStoreOnlyEchoesIsNoProof(S3Settings.HttpClient client, TestInfo test) throws IOException {
        ImageAddress address = address(test);
        byte[] png = Samples.png(address, 5);
        try (EchoingS3 echoing = new EchoingS3(1);
                S3ImageStore store = store(echoing.endpoint(), client)) {
            StoredImage stored = join(store.put(address, png, PATIENCE));

            assertThat(echoing.object(BUCKET + "/" + stored.key())).isEqualTo(png);
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void halfAnAnswerIsNotTakenForTheObject(S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (HalfAnswerS3 half = new HalfAnswerS3(IMAGE, 2);
                S3ImageStore store = store(half.endpoint(), client)) {
            assertThat(join(store.get(BUCKET, "any"))).isEqualTo(IMAGE);
            assertThat(half.halvesLeft()).isZero();
        }
        try (HalfAnswerS3 half = new HalfAnswerS3(IMAGE, 2);
                S3ImageStore store = store(half.endpoint(), client)) {
            assertThat(join(store.put(address(test), IMAGE, PATIENCE)).sizeBytes())
                    .isEqualTo(IMAGE.length);
            assertThat(half.halvesLeft()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(S3Settings.HttpClient.class)
    void theStoreIsAskedToEncrypt(S3Settings.HttpClient client, TestInfo test) throws IOException {
        try (StubbornS3 s3Stub = new StubbornS3(List.of())) {
            putWith(new Encryption.BucketDefault(), s3Stub.endpoint(), client, test);
            putWith(new Encryption.StoreKeys(), s3Stub.endpoint(), client, test);
            putWith(new Encryption.ManagedKey(Optional.of("my-key"), true), s3Stub.endpoint(), client, test);
            putWith(new Encryption.ManagedKey(Optional.empty(), false), s3Stub.endpoint(), client, test);

            assertThat(encryptionHeaders(s3Stub.nextHeaders())).isEmpty();
            assertThat(encryptionHeaders(s3Stub.nextHeaders()))
                    .isEqualTo(Map.of("x-amz-server-side-encryption", "AES256"));
            assertThat(encryptionHeaders(s3Stub.nextHeaders()))
                    .isEqualTo(Map.of(
                            "x-amz-server-side-encryption", "aws:kms",
                            "x-amz-server-side-encryption-aws-kms-key-id", "my-key",
                            "x-amz-server-side-encryption-bucket-key-enabled", "true"));
            assertThat(encryptionHeaders(s3Stub.nextHeaders()))
                    .isEqualTo(Map.of(
                            "x-amz-server-side-encryption", "aws:kms",
                            "x-amz-server-side-encryption-bucket-key-enabled", "false"));
        }
    }

    private static void putWith(Encryption encryption, URI endpoint, S3Settings.HttpClient client, TestInfo test) {
        try (S3ImageStore store = new S3ImageStore(settings(endpoint, client, encryption))) {
            join(store.put(address(test), IMAGE, PATIENCE));
        }
    }

    private static Map<String, String> encryptionHeaders(Headers headers) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).contains("encryption"))
                .collect(Collectors.toMap(
                        header -> header.getKey().toLowerCase(Locale.ROOT),
                        header -> header.getValue().getFirst()));
    }

    private static S3ImageStore store(URI endpoint, S3Settings.HttpClient client) {
        return new S3ImageStore(settings(endpoint, client));
    }

    private static S3Settings settings(URI endpoint, S3Settings.HttpClient client) {
        return settings(endpoint, client, new Encryption.BucketDefault());
    }

    private static S3Settings settings(URI endpoint, S3Settings.HttpClient client, Encryption encryption) {
        return settings(endpoint, client, encryption, Optional.of(new S3Settings.StaticCredentials("key", "secret")));
    }

    private static S3Settings settings(
            URI endpoint,
            S3Settings.HttpClient client,
            Encryption encryption,
            Optional<S3Settings.StaticCredentials> credentials) {
        return new S3Settings(
                Optional.of(endpoint),
                "us-east-1",
                true,
                credentials,
                BUCKET,
                new ObjectKeys("made"),
                encryption,
                client,
                16,
                QUICK);
    }

    /** One address a test and parameter, so that none finds another's object. */
    private static ImageAddress address(TestInfo test) {
        String request = test.getTestMethod().orElseThrow().getName() + test.getDisplayName();
        return Samples.address(request);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Throwable failureOf(CompletionStage<?> stage) {
        return requireNonNull(catchThrowable(() -> join(stage)).getCause());
    }
}
