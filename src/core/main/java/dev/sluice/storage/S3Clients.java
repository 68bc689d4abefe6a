package dev.sluice.storage;

import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The SDK's clients, made so that {@link Retrier} decides how long to retry, and every image travels in one request: a
 * conditional write must not become a multipart upload.
 */
final class S3Clients {
    private static final long ONE_REQUEST_BYTES = 1L << 30;

    /** An image is small, so the bandwidth only bounds how many threads and buffers the native client sets up. */
    private static final double TARGET_GIGABITS_PER_SECOND = 2;

    private S3Clients() {}

    /** A client, and its credentials for {@link RenewableCredentials#renew} and to be closed after it. */
    record Connection(S3AsyncClient client, RenewableCredentials credentials) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
            credentials.close();
        }
    }

    /**
     * A client that has connected to nothing yet.
     *
     * @throws StorageException where this system has not what the native client needs; the message says what to do
     */
    static Connection connect(S3Settings settings) {
        RenewableCredentials credentials = credentials(settings.credentials());
        return new Connection(
                switch (settings.client()) {
                    case CRT -> {
                        try {
                            yield crt(settings, credentials);
                        } catch (RuntimeException | LinkageError e) {
                            throw NativeClientFaults.inWords(e);
                        }
                    }
                    case NETTY -> netty(settings, credentials);
                },
                credentials);
    }

    private static S3AsyncClient crt(S3Settings settings, AwsCredentialsProvider credentials) {
        return S3AsyncClient.crtBuilder()
                .endpointOverride(settings.endpoint().orElse(null))
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                .credentialsProvider(credentials)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .thresholdInBytes(ONE_REQUEST_BYTES)
                .targetThroughputInGbps(TARGET_GIGABITS_PER_SECOND)
                .maxConcurrency(settings.maxConnections())
                .httpConfiguration(http -> http.connectionTimeout(
                                settings.retry().attemptTimeout())
                        .connectionHealthConfiguration(health -> health.minimumThroughputInBps(1L)
                                .minimumThroughputTimeout(
                                        atLeastTwoSeconds(settings.retry().attemptTimeout()))))
                // One is the least: the native client takes 0 for its default of several.
                .retryConfiguration(retry -> retry.numRetries(1))
                .build();
    }

    private static S3AsyncClient netty(S3Settings settings, AwsCredentialsProvider credentials) {
        return S3AsyncClient.builder()
                .endpointOverride(settings.endpoint().orElse(null))
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                .credentialsProvider(credentials)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(settings.maxConnections())
                        .connectionTimeout(settings.retry().attemptTimeout()))
                .overrideConfiguration(calls -> calls.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(settings.retry().attemptTimeout()))
                .build();
    }

    /**
     * The native client counts silence in whole seconds and takes no fewer than two. It hangs up after them, which giving up
     * on the answer does not.
     */
    private static Duration atLeastTwoSeconds(Duration silence) {
        Duration least = Duration.ofSeconds(2);
        return silence.compareTo(least) < 0 ? least : silence;
    }

    /** The given pair, or else the SDK's chain: properties, environment, service account, profile, container, instance. */
    static RenewableCredentials credentials(Optional<S3Settings.StaticCredentials> given) {
        return new RenewableCredentials(() -> given.<AwsCredentialsProvider>map(
                        pair -> StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(pair.accessKey(), pair.secretKey())))
                .orElseGet(() -> DefaultCredentialsProvider.builder()
                        // Otherwise the files are read once.
                        .profileFile(ProfileFileSupplier.defaultSupplier())
                        .build()));
    }
}
