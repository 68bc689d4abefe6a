package dev.sluice.bench;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.codec.RequestEncoder;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.model.Bundle;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import dev.sluice.stream.ImagePublisher;
import dev.sluice.stream.OverheadQueue;
import dev.sluice.stream.RequestListener;
import dev.sluice.stream.SettleSettings;
import dev.sluice.stream.StreamSettings;
import dev.sluice.stream.StreamWorker;
import dev.sluice.stream.WorkerParts;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A whole worker on real brokers in this process, exactly-once, with {@link NullStore} for S3. It takes a bundle, and
 * measures everything around it. Requests are of one image in one unguided step, numbered from 0.
 *
 * <p>Used by one thread, which is the publisher.
 */
final class StreamRig implements AutoCloseable {
    /** What names of threads and clients begin with that wouldn't be in a worker's process. */
    static final String BENCH = "bench";

    private static final int PARTITIONS = 4;
    /** Requests published and not completed yet; enough to keep the topic from running dry. */
    private static final int BACKLOG = 2000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Currency CURRENCY = Currency.getInstance("EUR");

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Topics topics = Topics.DEFAULT;
    private final String model;
    private final String label;
    private final String brokers;
    private final String registryUrl;
    private final AvroSerializer<GenerationRequested> serializer = new AvroSerializer<>();
    private final CommittedOutcomes outcomes;
    private final KafkaProducer<String, byte[]> producer;
    private int published;

    /**
     * Starts everything; what had started is closed again if a later part doesn't.
     *
     * @param prepareThread readies the engine's thread for the bundle's device
     * @param capacity how many requests may be run at most
     */
    StreamRig(Bundle bundle, Runnable prepareThread, int capacity) throws InterruptedException {
        model = bundle.name();
        label = bundle.manifest().classCondition().classes().getFirst();
        try {
            Path folder = opened(Files.createTempDirectory("sluice-bench"), path -> () -> delete(path));
            EmbeddedKafka kafka = opened(EmbeddedKafka.start(folder.resolve("kafka"), 0));
            EmbeddedSchemaRegistry registry = opened(EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0));
            kafka.createTopics(
                    topics.all().stream().collect(Collectors.toMap(Function.identity(), topic -> PARTITIONS)),
                    Map.of());
            brokers = kafka.bootstrapServers();
            registryUrl = registry.url().toString();
            Map<String, Object> clients = Map.of("bootstrap.servers", brokers, AvroConfig.REGISTRY_URL, registryUrl);
            startWorker(bundle, prepareThread, folder.resolve("state"), clients);
            outcomes = opened(new CommittedOutcomes(kafka.bootstrapServers(), topics, capacity));
            serializer.configure(clients, false);
            producer = opened(new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            kafka.bootstrapServers(),
                            "client.id",
                            BENCH + "-publisher",
                            "linger.ms",
                            5),
                    new StringSerializer(),
                    new ByteArraySerializer()));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    String brokers() {
        return brokers;
    }

    String registryUrl() {
        return registryUrl;
    }

    private void startWorker(Bundle bundle, Runnable prepareThread, Path state, Map<String, Object> clients)
            throws InterruptedException {
        // As a worker has it that is configured with no more than its addresses.
        Engine engine = opened(new Engine(
                List.of(bundle),
                EngineSettings.constant(16, 8),
                EngineEnvironment.of(EngineClock.SYSTEM).withPreparedThread(prepareThread)));
        engine.start();
        Clock clock = Clock.systemUTC();
        ImagePublisher publisher = opened(new ImagePublisher(new NullStore(), 2, 64, clock, RequestListener.NONE));
        WorkerParts parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(engine.defaults()),
                new EventEncoder(BENCH, clock.instant(), Tariff.of(Price.free(BENCH, CURRENCY))),
                new OverheadQueue(engine.meter(), Duration.ofMinutes(1), clock.instant()),
                RequestListener.NONE,
                clock,
                Optional.empty());
        StreamSettings settings = new StreamSettings(
                "worker", topics, state, SettleSettings.DEFAULT, true, RequestLimits.DEFAULT, clients);
        StreamWorker worker =
                new StreamWorker(settings, parts, () -> engine.hasRoom() && publisher.hasRoom(), failure -> {});
        worker.start();
        started.push(() -> worker.close(Duration.ofSeconds(15)));
    }

    /**
     * Publishes so many more requests, as fast as they are taken, and waits until each has exactly one committed
     * completion and one committed cost.
     *
     * @return from the first publication until the last event could be read
     * @throws IllegalStateException where any request up to now has none of either, or more than one
     */
    Duration run(int requests) throws InterruptedException {
        List<ProducerRecord<String, byte[]>> records = Stream.iterate(published, number -> number + 1)
                .limit(requests)
                .map(this::record)
                .toList();
        List<Future<?>> sent = new ArrayList<>(requests);
        long start = System.nanoTime();
        for (ProducerRecord<String, byte[]> record : records) {
            if (published >= BACKLOG) {
                outcomes.awaitCompleted(published - BACKLOG, PATIENCE);
            }
            sent.add(producer.send(record));
            published++;
        }
        producer.flush();
        requirePublished(sent);
        return Duration.ofNanos(outcomes.requireExactlyOne(published, PATIENCE) - start);
    }

    private static void requirePublished(List<Future<?>> sent) throws InterruptedException {
        for (Future<?> one : sent) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a request could not be published", e);
            }
        }
    }

    private ProducerRecord<String, byte[]> record(int number) {
        String id = CommittedOutcomes.requestId(number);
        GenerationRequest request = new GenerationRequest(
                new RequestId(id),
                new TenantId("tenant-" + number % 10),
                model,
                new Prompt.Label(label),
                1,
                0,
                number,
                SamplerSettings.ddim(1, 0),
                new Guidance.None(),
                Priority.INTERACTIVE,
                Optional.empty(),
                Map.of());
        byte[] value = serializer.serialize(topics.requests(), new RequestEncoder().encode(request));
        return new ProducerRecord<>(topics.requests(), id, value);
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("the rig did not close", e);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        return opened(part, same -> same);
    }

    private <T> T opened(T part, Function<T, AutoCloseable> closing) {
        started.push(closing.apply(part));
        return part;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
