package dev.sluice.wire;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits out a registry that can't be reached: blocks the calling thread and tries again, after 100 ms at first and twice
 * as long each time up to 5 s, until the budget is spent. Then the last {@link RegistryUnavailableException} goes to the
 * caller. An interrupt ends the wait and is kept for the caller to see.
 */
public final class RetryingSchemaRegistry implements SchemaRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(RetryingSchemaRegistry.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Lets time pass; a test's may pass it faster. */
    interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    private final SchemaRegistry registry;
    private final Duration budget;
    private final Pause pause;
    private final LongSupplier nanoClock;

    /**
     * Waits on the system's clock.
     *
     * @param budget longest time spent on one call; keep it well below the consumer's {@code max.poll.interval.ms}
     */
    public RetryingSchemaRegistry(SchemaRegistry registry, Duration budget) {
        this(registry, budget, Thread::sleep, System::nanoTime);
    }

    RetryingSchemaRegistry(SchemaRegistry registry, Duration budget, Pause pause, LongSupplier nanoClock) {
        this.registry = registry;
        this.budget = budget;
        this.pause = pause;
        this.nanoClock = nanoClock;
    }

    @Override
    public int register(String subject, Schema schema) {
        return retrying(() -> registry.register(subject, schema));
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return retrying(() -> registry.idOf(subject, schema));
    }

    @Override
    public Schema schemaOf(int id) {
        return retrying(() -> registry.schemaOf(id));
    }

    @Override
    public void close() {
        registry.close();
    }

    private <T> T retrying(Supplier<T> call) {
        long started = nanoClock.getAsLong();
        Duration next = FIRST_PAUSE;
        int attempt = 1;
        while (true) {
            try {
                return call.get();
            } catch (RegistryUnavailableException e) {
                Duration left = budget.minusNanos(nanoClock.getAsLong() - started);
                if (left.compareTo(next) < 0 || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                attempt++;
                LOG.warn(
                        "registry_retried attempt={} pause_ms={} cause=\"{}\"",
                        attempt,
                        next.toMillis(),
                        e.getMessage());
                pauseOrGiveUp(next, e);
                Duration doubled = next.multipliedBy(2);
                next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            }
        }
    }

    private void pauseOrGiveUp(Duration time, RegistryUnavailableException reason) {
        try {
            pause.pause(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            reason.addSuppressed(interrupted);
            throw reason;
        }
    }
}
