package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RegistryCounts;
import dev.sluice.wire.WriterSchemas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the topology: one Kafka Streams client, gated, exactly-once. */
public final class StreamWorker {
    private static final Logger LOG = LoggerFactory.getLogger(StreamWorker.class);

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration REGISTRY_PATIENCE = Duration.ofMinutes(4);
    private static final Duration PUNCTUATION_PATIENCE = Duration.ofSeconds(5);
    private static final Duration DIAGNOSIS_PATIENCE = Duration.ofSeconds(3);
    private static final Duration METADATA_AGE = Duration.ofMinutes(1);
    /** By its name: Kafka 4.4 has a constant for it, deprecated until the key goes in 5.0. */
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private final KafkaStreams streams;
    private final WorkerState state = WorkerState.fresh();
    private final DeadLetterCounts deadLetters = new DeadLetterCounts();
    private final RegistryCounts registry = new RegistryCounts();
    private final HeldPartitionCounts held = new HeldPartitionCounts();
    private final WriterSchemas schemas;
    private final StreamSettings settings;
    private final WorkerParts parts;
    private volatile boolean wipeState;
    /** Written by stream threads, before the client ends. */
    private volatile boolean leavesAtOnce;
    /** True from a stream thread's failure until records flow again. Written by stream threads. */
    private volatile boolean troubled;
    /** When records first flowed; written by the thread that tells of the client's states. */
    private volatile @Nullable Long firstRunningNanos;

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
        Map<String, Object> config = config(settings);
        config.put(DeadLetterCounts.KEY, deadLetters);
        config.put(DeadLetters.CLOCK, parts.clock());
        config.put(RegistryCounts.KEY, registry);
        schemas = WriterSchemas.of(AvroConfig.of(config), registry);
        config.put(WriterSchemas.KEY, schemas);
        Properties properties = new Properties();
        properties.putAll(config);
        BrokerHomes homes = new BrokerHomes(settings);
        StoreFolder.prepare(settings.stateDirectory(), settings.applicationId());
        streams = new KafkaStreams(
                SluiceTopology.build(settings, parts, state, values(config), homes),
                properties,
                new BackpressureClientSupplier(
                        settings.topics().requests(),
                        () -> !state.stopping().begun() && !state.quarantine().wanted() && hasRoom.getAsBoolean(),
                        () -> leavesAtOnce,
                        state.transactions(),
                        schemas,
                        held,
                        ArrivalLimits.of(settings.limits(), Runtime.getRuntime().maxMemory())));
        streams.setUncaughtExceptionHandler(failure -> answer(failure, onFatal, homes));
        streams.setStateListener((now, before) -> {
            LOG.info("stream_state from={} to={}", before, now);
            if (now == KafkaStreams.State.RUNNING) {
                if (firstRunningNanos == null) {
                    firstRunningNanos = System.nanoTime();
                }
                troubled = false;
            }
        });
    }

    /** What becomes of the client once one of its threads has failed; on that thread. */
    private StreamThreadExceptionResponse answer(Throwable failure, Consumer<Throwable> onFatal, BrokerHomes homes) {
        troubled = true;
        WorkerFaults fault = WorkerFaults.of(failure);
        Optional<MisconfigurationException> misconfiguration = switch (fault) {
            case STATE, PROCESS -> Optional.empty();
            case CONFIGURATION, PASSING -> misconfiguration(failure);
        };
        if (misconfiguration.isPresent()) {
            LOG.error(
                    "stream_ended fault={} reason=\"{}\"",
                    WorkerFaults.CONFIGURATION,
                    misconfiguration.get().getMessage());
        } else {
            LOG.error("stream_thread_failed fault={}", fault, failure);
        }
        if (fault == WorkerFaults.PASSING && misconfiguration.isEmpty()) {
            homes.forgetLimits();
            rest(settings.settle().retryPause());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        wipeState = fault == WorkerFaults.STATE;
        // The next start is refused, so nobody comes back for the partitions: others take them over at once.
        leavesAtOnce = settings.leaveGroup() || misconfiguration.isPresent();
        onFatal.accept(misconfiguration.<Throwable>map(sentence -> sentence).orElse(failure));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Streams' exceptions tell little of what is wrong with a topic; the brokers are asked. */
    private Optional<MisconfigurationException> misconfiguration(Throwable failure) {
        List<String> problems = List.of();
        try {
            problems = new TopicCheck(settings).refusals(DIAGNOSIS_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (problems.isEmpty()) {
            problems = WorkerFaults.refusal(failure).stream().toList();
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(new MisconfigurationException(problems, failure));
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
            wipeState = true;
            close(PUNCTUATION_PATIENCE);
            throw new UnusableStateException(failure);
        }
    }

    /** Whether tasks are assigned and records flow. */
    public boolean running() {
        return notRunning().isEmpty();
    }

    /** Whether it has begun to stop: it takes on nothing any more, and what it has in hand is all that it will have. */
    public boolean stopping() {
        return state.stopping().begun();
    }

    /** Why no records flow, in sentences; nothing where they do. */
    public List<String> notRunning() {
        List<String> reasons = new ArrayList<>();
        KafkaStreams.State now = streams.state();
        if (now != KafkaStreams.State.RUNNING) {
            reasons.add(
                    now.isRunningOrRebalancing() || now == KafkaStreams.State.CREATED
                            ? "the stream joins its group or restores its stores (" + now + ")"
                            : "the stream has ended or is ending (" + now + ")");
        }
        if (troubled) {
            reasons.add("a stream thread failed and records do not flow again yet; the log has stream_thread_failed");
        }
        return reasons;
    }

    /**
     * How long ago its consumer last sent its group a heartbeat, by Kafka's own metric. Before it first has, how long records
     * have flown; zero before they do.
     */
    public Duration sinceHeartbeat() {
        double seconds = kafkaMetrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
                .map(metric -> metric.getValue().metricValue())
                .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : -1)
                .max()
                .orElse(-1);
        // Kafka says -1 where none was ever sent.
        return seconds >= 0 ? Duration.ofMillis(Math.round(seconds * 1000)) : sinceFirstRunning();
    }

    private Duration sinceFirstRunning() {
        Long first = firstRunningNanos;
        return first == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - first);
    }

    /** Whether none of its requests' partitions can be taken from, for each waits for a schema. */
    public boolean stuck() {
        return held.allRequestsStuck();
    }

    /** Partitions that wait for a schema. */
    public HeldPartitionCounts heldPartitions() {
        return held;
    }

    /** What this worker's tasks have accepted and not settled. */
    public Unsettled unsettled() {
        return state.unsettled();
    }

    public DeadLetterCounts deadLetters() {
        return deadLetters;
    }

    /** Records that lay on another partition than their key's. */
    public RoutedCounts routed() {
        return state.routed();
    }

    /** Calls to the schema registry. */
    public RegistryCounts registry() {
        return registry;
    }

    /** What Kafka's own clients in this worker measure. */
    public Map<MetricName, ? extends Metric> kafkaMetrics() {
        return streams.metrics();
    }

    /**
     * Whether records flow, or will once brokers and registry let them: the client has not ended, and has a thread that
     * has not.
     */
    public boolean alive() {
        KafkaStreams.State now = streams.state();
        if (!now.isRunningOrRebalancing()) {
            return now == KafkaStreams.State.CREATED;
        }
        try {
            return streams.metadataForLocalThreads().stream()
                    .anyMatch(thread -> !thread.threadState().equals("DEAD"));
        } catch (IllegalStateException e) {
            // It has ended since the look above.
            return false;
        }
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
        if (running()) {
            state.inFlight().awaitNone(PUNCTUATION_PATIENCE);
        }
    }

    /**
     * Charges all that the device did and nobody was charged for. The engine must have been closed, so that nothing is
     * added any more.
     */
    public void closeBooks() {
        parts.overhead().flush();
        long end = System.nanoTime() + PUNCTUATION_PATIENCE.toNanos();
        while (hasTasks() && parts.overhead().any() && System.nanoTime() < end) {
            rest(LOOK);
        }
        if (parts.overhead().any()) {
            chargeDirectly();
        }
    }

    private boolean hasTasks() {
        return running()
                && streams.metadataForLocalThreads().stream()
                        .anyMatch(thread -> !thread.activeTasks().isEmpty());
    }

    private void chargeDirectly() {
        EventEncoder encoder = parts.encoder();
        List<CostIncurred> charges = new ArrayList<>();
        List<OverheadQueue.Lost> lost = new ArrayList<>();
        parts.overhead()
                .take(parts.clock().instant())
                .ifPresent(own -> charges.add(encoder.overhead(own.sequence(), own.usage(), own.start(), own.end())));
        for (Optional<OverheadQueue.Lost> next = parts.overhead().takeLost();
                next.isPresent();
                next = parts.overhead().takeLost()) {
            lost.add(next.get());
        }
        lost.forEach(other -> charges.add(encoder.lost(other.process(), other.usage(), other.start(), other.end())));
        try {
            new DirectCharges(settings).publish(encoder.process(), charges);
            lost.forEach(other -> other.committed().run());
        } catch (KafkaException e) {
            LOG.warn("books_left_open process={} charges={}", encoder.process(), charges.size(), e);
        }
    }

    /** Commits what is settled and leaves the group, or stays in it for a successor. Local state that is damaged goes. */
    public boolean close(Duration patience) {
        boolean closed = streams.close(CloseOptions.groupMembershipOperation(
                        settings.leaveGroup() || leavesAtOnce
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP)
                .withTimeout(patience));
        schemas.close();
        if (closed && wipeState) {
            LOG.warn("local_state_removed reason=\"it can't be used; the next start restores it from the changelogs\"");
            streams.cleanUp();
        }
        return closed;
    }

    static Map<String, Object> config(StreamSettings settings) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Small, so that what waits waits in the topic, where every worker and the autoscaler can get at it.
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 16);
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 16);
        config.put(StreamsConfig.POLL_MS_CONFIG, 50);
        // So long may added partitions go unseen; the usual five minutes are long for those who publish to them.
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE.toMillis());
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallStores.class);
        // For ids of what is written; records that come in wait without their thread. A thread that waits for the
        // registry is still in the group; a transaction that it has open is aborted after transaction.timeout.ms, and
        // its tasks then begin anew. Below max.poll.interval.ms, after which others would take them.
        config.put(AvroConfig.RETRY_BUDGET_MS, REGISTRY_PATIENCE.toMillis());
        // The default stops the partition at a record whose timestamp is negative.
        config.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, UsableTimestamps.class);
        config.putAll(settings.kafka());
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        config.put(
                StreamsConfig.STATE_DIR_CONFIG,
                StoreFolder.of(settings.stateDirectory()).toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Otherwise a task waits for every partition that has lag, and where the gate holds the requests back, a
        // cancellation would wait with them: the one thing that makes room.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // Sources take bytes as they are, so nothing comes here; what can't be read is for UnanswerableRecords.
        config.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
        config.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, UnsendableRecords.class);
        config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, UnanswerableRecords.class);
        // There is no global store, but Streams warns at each start where this is left to its default.
        config.put(GLOBAL_HANDLER, true);
        config.put(
                StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
                settings.topics().deadLetters());
        config.put(DeadLetters.MAX_BYTES, settings.limits().maxDeadLetterBytes());
        config.put(AvroConfig.MAX_MESSAGE_BYTES, settings.limits().maxMessageBytes());
        GroupProtocol.problem(config).ifPresent(problem -> {
            throw new IllegalArgumentException(StreamsConfig.GROUP_PROTOCOL_CONFIG + " " + problem);
        });
        return config;
    }

    private static SluiceTopology.ValueSerdes values(Map<String, Object> config) {
        AvroDeserializer<GenerationRequested> requests = new AvroDeserializer<>(GenerationRequested.class);
        requests.configure(config, false);
        AvroDeserializer<GenerationCancelled> cancellations = new AvroDeserializer<>(GenerationCancelled.class);
        cancellations.configure(config, false);
        AvroSerializer<SpecificRecord> events = new AvroSerializer<>();
        events.configure(config, false);
        return new SluiceTopology.ValueSerdes(requests, cancellations, events);
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
