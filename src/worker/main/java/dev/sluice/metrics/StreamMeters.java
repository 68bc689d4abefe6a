package dev.sluice.metrics;

import dev.sluice.engine.metering.Backlog;
import dev.sluice.stream.DeadLetterCounts;
import dev.sluice.stream.HeldPartitionCounts;
import dev.sluice.stream.RoutedCounts;
import dev.sluice.stream.StreamWorker;
import dev.sluice.stream.Unsettled;
import dev.sluice.wire.RegistryCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a worker has in hand, what it could not answer, and how Kafka and the registry fare with it. */
public final class StreamMeters implements MeterBinder {
    /** What anything in hand counts for at least. */
    private static final double LEAST_SECONDS = 1;

    private final StreamWorker stream;
    private final Collection<Backlog> backlogs;
    private final Clock clock;

    /**
     * Meters of a stream worker.
     *
     * @param backlogs of the bundles that it feeds
     */
    public StreamMeters(StreamWorker stream, Collection<Backlog> backlogs, Clock clock) {
        this.stream = stream;
        this.backlogs = List.copyOf(backlogs);
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("sluice.requests.pending", stream.counts().unsettled(), Unsettled::count)
                .description("Requests accepted and not settled")
                .register(registry);
        Gauge.builder(
                        "sluice.requests.pending.oldest",
                        this,
                        meters -> meters.oldest(stream.counts().unsettled()))
                .description("Age of the oldest request that is accepted and not settled; 0 where there is none")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(
                        "sluice.work.waiting",
                        () -> workWaiting(
                                backlogs.stream().mapToDouble(Backlog::seconds).sum(),
                                stream.counts().unsettled().count(),
                                stream.health().running() || stream.stopping()))
                .description("Device time that accepted and unsettled requests will take at the present pace; above 0"
                        + " while there are any, and while the worker can't know")
                .baseUnit("seconds")
                .register(registry);
        deadLetters(registry, "undecodable", DeadLetterCounts::undecodable);
        deadLetters(registry, "unanswerable", DeadLetterCounts::unanswerable);
        FunctionCounter.builder("sluice.records.routed", stream.counts().routed(), RoutedCounts::routed)
                .description("Records handed to the partition that Kafka's own partitioner gives their key")
                .register(registry);
        FunctionCounter.builder("sluice.registry.calls", stream.counts().registry(), RegistryCounts::calls)
                .description("Calls that reached out to the schema registry")
                .register(registry);
        FunctionCounter.builder("sluice.registry.unanswered", stream.counts().registry(), RegistryCounts::unanswered)
                .description("Calls to the schema registry that no address answered")
                .register(registry);
        Gauge.builder("sluice.partitions.held", stream.counts().heldPartitions(), HeldPartitionCounts::held)
                .description("Partitions whose next record waits for the schema registry to answer for its schema")
                .register(registry);
        new KafkaMeters(stream::kafkaMetrics).bindTo(registry);
    }

    private void deadLetters(MeterRegistry registry, String reason, ToDoubleFunction<DeadLetterCounts> count) {
        FunctionCounter.builder("sluice.dead.letters", stream.counts().deadLetters(), count)
                .description("Records that went to the dead letter topic")
                .tags(Labels.REASON, reason)
                .register(registry);
    }

    private double oldest(Unsettled unsettled) {
        Instant now = clock.instant();
        return unsettled
                .oldest()
                .map(at -> Math.max(0, Duration.between(at, now).toMillis() / 1e3))
                .orElse(0.0);
    }

    /**
     * Seconds of device time in hand. Requests that are being stored, or have not been handed to the engine yet, have no
     * evaluations waiting and still are work: so nobody who scales by this stops a worker that holds any. While a group hands its
     * partitions around, what was accepted is in nobody's hand, and its workers don't say that there is none. One that stops with
     * nothing in hand does, or it would wake another in its place.
     *
     * @param known whether what it has in hand is all of it
     */
    static double workWaiting(double backlogSeconds, int unsettled, boolean known) {
        return backlogSeconds > 0 || unsettled > 0 || !known ? Math.max(LEAST_SECONDS, backlogSeconds) : 0;
    }
}
