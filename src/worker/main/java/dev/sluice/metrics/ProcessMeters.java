package dev.sluice.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Whether the worker works, since when, and what it runs in. */
public final class ProcessMeters implements MeterBinder {
    private final Instant startedAt;
    private final BooleanSupplier ready;
    private final Supplier<Duration> clockAhead;

    /**
     * Meters of one process.
     *
     * @param ready whether requests are being taken
     * @param clockAhead how far the system's calendar is ahead of the time that the worker goes by
     */
    public ProcessMeters(Instant startedAt, BooleanSupplier ready, Supplier<Duration> clockAhead) {
        this.startedAt = startedAt;
        this.ready = ready;
        this.clockAhead = clockAhead;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("sluice.worker.ready", () -> ready.getAsBoolean() ? 1 : 0)
                .description("1 while requests are being taken from the topic")
                .register(registry);
        Gauge.builder("sluice.worker.start.time", startedAt, at -> at.toEpochMilli() / 1e3)
                .description("When the process started, since 1970")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("sluice.clock.ahead", () -> clockAhead.get().toMillis() / 1e3)
                .description("How far the system's clock is ahead of the worker's, which follows it slowly")
                .baseUnit("seconds")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
    }
}
