package dev.sluice.stream;

import dev.sluice.Waits;
import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.BatchObserver;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * A worker without its surroundings: engine, finisher and topology are the real ones; device, store, registry, broker and
 * time are simulated. The test's thread plays the stream thread.
 */
final class SimulatedWorker implements AutoCloseable {
    static final String NAME = "worker-1";
    static final Duration SETTLE_INTERVAL = Duration.ofMillis(100);
    static final Duration RETENTION = Duration.ofHours(1);
    static final Duration TIME_BUDGET = Duration.ofMinutes(30);
    static final int ATTEMPTS = 5;
    static final Duration OVERHEAD_INTERVAL = Duration.ofMinutes(1);
    /** Interval in the device's time, where each call takes a millisecond. */
    static final Duration PROGRESS_INTERVAL = Duration.ofMillis(10);

    static final RequestLimits LIMITS = new RequestLimits(1 << 20, 4096, 40, 30, 50, 4, 100, 20, 8, 4, 10, 60);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Topics TOPICS = Topics.DEFAULT;

    final ManualTime time = new ManualTime();
    final SimulatedDevice device = new SimulatedDevice(time);
    final InMemoryImageStore images = new InMemoryImageStore();
    final List<TestRecord<String, GenerationCompleted>> completions = new ArrayList<>();
    final List<TestRecord<String, GenerationFailed>> failures = new ArrayList<>();
    final List<TestRecord<String, CostIncurred>> costs = new ArrayList<>();
    final List<TestRecord<String, GenerationProgressed>> progress = new ArrayList<>();
    final List<TestRecord<String, byte[]>> deadLetters = new ArrayList<>();
    final Engine engine;
    /** What happened to all requests. */
    final List<RequestEvent> events = new CopyOnWriteArrayList<>();

    final WorkerParts parts;
    final WorkerState state = WorkerState.fresh();
    final StreamSettings settings;

    private final InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
    private final AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(registry);
    private final ImagePublisher publisher;
    private final TopologyTestDriver driver;
    private final TestInputTopic<@Nullable String, byte @Nullable []> requestTopic;
    private final TestInputTopic<String, byte[]> cancellationTopic;
    private final TestOutputTopic<String, GenerationCompleted> completionTopic;
    private final TestOutputTopic<String, GenerationFailed> failureTopic;
    private final TestOutputTopic<String, CostIncurred> costTopic;
    private final TestOutputTopic<String, GenerationProgressed> progressTopic;
    private final TestOutputTopic<String, byte[]> deadLetterTopic;

    final DeadLetterCounts deadLetterCounts = new DeadLetterCounts();

    SimulatedWorker(Path stateDirectory) throws InterruptedException {
        this(stateDirectory, RequestListener.NONE, BatchObserver.NONE);
    }

    SimulatedWorker(Path stateDirectory, RequestListener listener, BatchObserver batches) throws InterruptedException {
        RequestListener all = RequestListener.all(List.of(events::add, listener));
        engine = new Engine(
                List.of(device.bundle()),
                EngineSettings.constant(4, 1).withMaxImages(16).withProgressInterval(PROGRESS_INTERVAL),
                EngineEnvironment.of(time).withBatches(batches));
        engine.start();
        publisher = new ImagePublisher(images, 1, 8, time, all);
        parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(engine.defaults()),
                new EventEncoder(
                        NAME,
                        time.now(),
                        Tariff.of(new Price("simulated-device", new BigDecimal("0.5"), Currency.getInstance("EUR")))),
                new OverheadQueue(engine.meter(), OVERHEAD_INTERVAL, time.now()),
                all,
                time,
                Optional.empty());
        settings = new StreamSettings(
                "sluice-test",
                TOPICS,
                stateDirectory,
                new SettleSettings(SETTLE_INTERVAL, RETENTION, Duration.ZERO, TIME_BUDGET, ATTEMPTS),
                true,
                LIMITS,
                Map.of("bootstrap.servers", "127.0.0.1:1"));
        driver = new TopologyTestDriver(
                SluiceTopology.build(
                        settings,
                        parts,
                        state,
                        new SluiceTopology.ValueSerdes(
                                new AvroDeserializer<>(registry, GenerationRequested.class),
                                new AvroDeserializer<>(registry, GenerationCancelled.class),
                                serializer),
                        new OneHome()),
                properties(),
                time.now());
        requestTopic = driver.createInputTopic(TOPICS.requests(), new StringSerializer(), new ByteArraySerializer());
        cancellationTopic =
                driver.createInputTopic(TOPICS.cancellations(), new StringSerializer(), new ByteArraySerializer());
        completionTopic = output(TOPICS.completions(), GenerationCompleted.class);
        failureTopic = output(TOPICS.failures(), GenerationFailed.class);
        costTopic = output(TOPICS.costs(), CostIncurred.class);
        progressTopic = output(TOPICS.progress(), GenerationProgressed.class);
        deadLetterTopic =
                driver.createOutputTopic(TOPICS.deadLetters(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** The Streams configuration that a real worker would run with. */
    Properties properties() {
        Properties properties = new Properties();
        properties.putAll(StreamsProperties.of(settings));
        properties.put(DeadLetterCounts.KEY, deadLetterCounts);
        properties.put(DeadLetters.CLOCK, time);
        return properties;
    }

    private <T extends SpecificRecord> TestOutputTopic<String, T> output(String topic, Class<T> type) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new AvroDeserializer<>(registry, type));
    }

    void request(GenerationRequested event) {
        request(event.getRequestId(), event, new RecordHeaders());
    }

    void request(String key, GenerationRequested event, Headers headers) {
        requestBytes(key, serializer.serialize(TOPICS.requests(), event), headers);
    }

    byte[] bytesOf(GenerationRequested event) {
        return Objects.requireNonNull(serializer.serialize(TOPICS.requests(), event));
    }

    /** Bytes whose record is this old when it is taken. */
    void bytesPublished(String key, byte[] value, Duration ago) {
        requestTopic.pipeInput(
                new TestRecord<>(key, value, new RecordHeaders(), time.now().minus(ago)));
        collect();
    }

    /** A request whose record is this old when it is taken. */
    void requestPublished(GenerationRequested event, Duration ago) {
        byte[] value = serializer.serialize(TOPICS.requests(), event);
        requestTopic.pipeInput(new TestRecord<>(
                event.getRequestId(), value, new RecordHeaders(), time.now().minus(ago)));
        collect();
    }

    void requestBytes(@Nullable String key, byte @Nullable [] value, Headers headers) {
        requestTopic.pipeInput(new TestRecord<>(key, value, headers, time.now()));
        collect();
    }

    void cancel(String requestId, String reason) {
        byte[] bytes = serializer.serialize(TOPICS.cancellations(), new GenerationCancelled(requestId, reason));
        if (bytes != null) {
            cancellationTopic.pipeInput(new TestRecord<>(requestId, bytes, new RecordHeaders(), time.now()));
        }
        collect();
    }

    /** Lets punctuations come until this holds. */
    void settleUntil(BooleanSupplier condition) {
        await(
                () -> {
                    punctuate();
                    return condition.getAsBoolean();
                },
                () -> completions.size() + " completions, " + failures.size() + " failures, "
                        + pending().size() + " pending");
    }

    /** Asks again and again until the condition holds. */
    static void await(BooleanSupplier condition, Supplier<String> state) {
        Waits.until(Waits.atMost(PATIENCE), condition::getAsBoolean, state);
    }

    /** Lets the engine empty itself, and what it left be settled. */
    void settleAll() {
        settleUntil(() -> engine.imagesInside() == 0 && pending().isEmpty());
    }

    void punctuate() {
        driver.advanceWallClockTime(SETTLE_INTERVAL);
        state.transactions().committing();
        state.transactions().committed();
        collect();
    }

    List<PendingRequest> pending() {
        List<PendingRequest> entries = new ArrayList<>();
        try (KeyValueIterator<String, PendingRequest> all = driver.<String, PendingRequest>getKeyValueStore(
                        RequestStore.PENDING)
                .all()) {
            all.forEachRemaining(entry -> entries.add(entry.value));
        }
        return entries;
    }

    List<GenerationCompleted> completed() {
        return completions.stream().map(TestRecord::value).toList();
    }

    List<GenerationFailed> failed() {
        return failures.stream().map(TestRecord::value).toList();
    }

    List<CostIncurred> charged() {
        return costs.stream().map(TestRecord::value).toList();
    }

    int outcomes() {
        return completions.size() + failures.size();
    }

    /** When the changelog's records of what is settled were written, by their timestamps in milliseconds. */
    List<Long> settledChangelogTimes() {
        return driver
                .createOutputTopic(
                        settings.applicationId() + "-" + RequestStore.SETTLED + "-changelog",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())
                .readRecordsToList()
                .stream()
                .map(TestRecord::timestamp)
                .toList();
    }

    private void collect() {
        completions.addAll(completionTopic.readRecordsToList());
        failures.addAll(failureTopic.readRecordsToList());
        costs.addAll(costTopic.readRecordsToList());
        progress.addAll(progressTopic.readRecordsToList());
        deadLetters.addAll(deadLetterTopic.readRecordsToList());
    }

    @Override
    public void close() {
        device.letAllThrough();
        images.letThrough();
        driver.close();
        engine.close();
        publisher.close();
    }
}
