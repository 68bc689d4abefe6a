package dev.sluice.metrics;

import dev.sluice.storage.StorageCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** How calls to S3 fare. */
public final class StoreMeters implements MeterBinder {
    private final String store;
    private final StorageCounters counters;

    /**
     * Meters of one store.
     *
     * @param store what it keeps: images, or checkpoints
     */
    public StoreMeters(String store, StorageCounters counters) {
        this.store = store;
        this.counters = counters;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "sluice.storage.attempts", "Attempts at calls to S3", StorageCounters::attempts);
        counter(
                registry,
                "sluice.storage.retries",
                "Attempts that failed and were followed by another",
                StorageCounters::retries);
        counter(registry, "sluice.storage.failures", "Calls given up or refused", StorageCounters::failures);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<StorageCounters> count) {
        FunctionCounter.builder(name, counters, count)
                .description(description)
                .tags(Labels.STORE, store)
                .register(registry);
    }
}
