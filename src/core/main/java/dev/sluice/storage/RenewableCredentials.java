package dev.sluice.storage;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials that are looked for anew once the store denies access. The SDK's providers keep what they found until it
 * is about to expire. Until then they would send keys that were rotated, or of a session that has ended.
 *
 * <p>Any thread may call any method.
 */
final class RenewableCredentials implements AwsCredentialsProvider, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RenewableCredentials.class);

    /** All images under way are denied at once, and one new look serves them all. */
    private static final Duration SHORTEST_USE = Duration.ofSeconds(1);

    private final Supplier<AwsCredentialsProvider> source;

    /** Guarded by this, but for reading. */
    private volatile AwsCredentialsProvider current;

    /** Closed at the next renewal: calls that began with it are over by then. Guarded by this. */
    private @Nullable AwsCredentialsProvider before;

    /** Guarded by this. */
    private long renewedNanos = System.nanoTime() - SHORTEST_USE.toNanos();

    /** @param source makes a provider that has found nothing yet */
    RenewableCredentials(Supplier<AwsCredentialsProvider> source) {
        this.source = source;
        this.current = source.get();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        return current.resolveCredentials();
    }

    /** To be called when the store doesn't take the credentials that were found. */
    synchronized void renew() {
        if (System.nanoTime() - renewedNanos < SHORTEST_USE.toNanos()) {
            return;
        }
        renewedNanos = System.nanoTime();
        LOG.info("event=credentials_looked_for_again");
        close(before);
        before = current;
        current = source.get();
    }

    @Override
    public synchronized void close() {
        close(before);
        close(current);
    }

    private static void close(@Nullable AwsCredentialsProvider provider) {
        if (provider instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
