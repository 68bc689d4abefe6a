package dev.sluice.stream;

import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RegistryCounts;
import dev.sluice.wire.WriterSchemas;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the topology: one Kafka Streams client, gated, exactly-once. It starts, drains, hands over and closes. How it is, {@link
 * StreamHealth} tells; what follows from a failure, {@link StreamFailures} decides.
 */
public final class StreamWorker {
    private static final Logger LOG = LoggerFactory.getLogger(StreamWorker.class);

    private static final Duration PUNCTUATION_PATIENCE = Duration.ofSeconds(5);

    private final StreamSettings settings;
    private final WorkerParts parts;
    private final WorkerState state = WorkerState.fresh();
    private final StreamCounts counts = new StreamCounts(
            state.unsettled(), new DeadLetterCounts(), state.routed(), new RegistryCounts(), new HeldPartitionCounts());
    private final WriterSchemas schemas;
    private final StreamFailures failures;
    private final KafkaStreams streams;
    private final StreamHealth health;

    /**
     * A worker that is not started yet.
     *
     * @param hasRoom whether more requests are welcome; asked on stream threads before each poll
     * @param onFatal hears of a failure that no new thread would mend: the worker takes no more part and should be closed
     * @throws IllegalArgumentException if the properties ask for what the gate or the guarantee can't work with
     */
    public StreamWorker(
            StreamSettings settings, WorkerParts parts, BooleanSupplier hasRoom, Consumer<Throwable> onFatal) {
        this.settings = settings;
        this.parts = parts;
        Map<String, Object> config = StreamsProperties.of(settings);
        config.put(DeadLetterCounts.KEY, counts.deadLetters());
        config.put(DeadLetters.CLOCK, parts.clock());
        config.put(RegistryCounts.KEY, counts.registry());
        schemas = WriterSchemas.of(AvroConfig.of(config), counts.registry());
        config.put(WriterSchemas.KEY, schemas);
        Properties properties = new Properties();
        properties.putAll(config);
        BrokerHomes homes = new BrokerHomes(settings);
        failures = new StreamFailures(settings, homes, onFatal);
        StoreFolder.prepare(settings.stateDirectory(), settings.applicationId());
        streams = new KafkaStreams(
                SluiceTopology.build(settings, parts, state, StreamsProperties.serdes(config), homes),
                properties,
                clients(hasRoom));
        health = new StreamHealth(streams, failures, counts.heldPartitions());
        streams.setUncaughtExceptionHandler(failures);
        streams.setStateListener(health);
    }

    private BackpressureClientSupplier clients(BooleanSupplier hasRoom) {
        return new BackpressureClientSupplier(
                settings.topics().requests(),
                () -> !state.stopping().begun() && !state.quarantine().wanted() && hasRoom.getAsBoolean(),
                failures::leavesAtOnce,
                state.transactions(),
                schemas,
                counts.heldPartitions(),
                ArrivalLimits.of(settings.limits(), Runtime.getRuntime().maxMemory()));
    }

    /**
     * Joins the group.
     *
     * @throws UnusableStateException if what lies in the state directory is damaged
     */
    public void start() {
        new EmptyPartitions(settings).commitEnds();
        try {
            streams.start();
        } catch (RuntimeException failure) {
            if (WorkerFaults.of(failure) != WorkerFaults.STATE) {
                throw failure;
            }
            failures.stateIsUnusable();
            close(PUNCTUATION_PATIENCE);
            throw new UnusableStateException(failure);
        }
    }

    public StreamHealth health() {
        return health;
    }

    public StreamCounts counts() {
        return counts;
    }

    /** What Kafka's own clients in this worker measure. */
    public Map<MetricName, ? extends Metric> kafkaMetrics() {
        return streams.metrics();
    }

    /** Whether it has begun to stop: it takes on nothing any more, and what it has in hand is all that it will have. */
    public boolean stopping() {
        return state.stopping().begun();
    }

    /**
     * Takes no more requests and lets those in flight be settled.
     *
     * @return false where some were not within the patience; they stay pending, for whoever takes over
     */
    public boolean drain(Duration patience) throws InterruptedException {
        state.stopping().reach(Stopping.Stage.DRAINING);
        return state.inFlight().awaitNone(patience);
    }

    /** Leaves to the next owner what {@link #drain} has not seen settled. */
    public void handOver() throws InterruptedException {
        state.stopping().reach(Stopping.Stage.HANDING_OVER);
        if (health.running()) {
            state.inFlight().awaitNone(PUNCTUATION_PATIENCE);
        }
    }

    /**
     * Charges all that the device did and nobody was charged for. The engine must have been closed, so that nothing is
     * added any more.
     */
    public void closeBooks() {
        new FinalCharges(settings, parts).charge(health::hasTasks);
    }

    /** Commits what is settled and leaves the group, or stays in it for a successor. Local state that is damaged goes. */
    public boolean close(Duration patience) {
        boolean closed = streams.close(CloseOptions.groupMembershipOperation(
                        settings.leaveGroup() || failures.leavesAtOnce()
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP)
                .withTimeout(patience));
        schemas.close();
        if (closed && failures.takeStateUnusable()) {
            LOG.warn("local_state_removed reason=\"it can't be used; the next start restores it from the changelogs\"");
            streams.cleanUp();
        }
        return closed;
    }
}
