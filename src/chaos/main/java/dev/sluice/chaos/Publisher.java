package dev.sluice.chaos;

import dev.sluice.chaos.checker.HistoryFile;
import dev.sluice.chaos.checker.Publication;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upstream app: writes down what it is about to publish, and publishes it in that order, whatever happens to the
 * broker meanwhile. Any thread may publish; the producer's own counts the refusals.
 */
final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final String SOURCE = "chaos";
    private static final int LARGEST_RECORD = 12 << 20;
    /** Longer than any run: a record is retried until the broker has it. */
    private static final int FOR_EVER_MS = 3_600_000;

    private final Topics topics;
    private final HistoryFile history;
    private final OutcomeWatch watch;
    private final AvroSerializer<SpecificRecord> values = new AvroSerializer<>();
    private final PoisonBytes poison;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, Object> clients;
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean foreign;

    /** @param registry the real one: an app's serializer knows its schema ids from before */
    Publisher(
            String bootstrapServers,
            String registry,
            Topics topics,
            HistoryFile history,
            OutcomeWatch watch,
            long seed) {
        this.topics = topics;
        this.history = history;
        this.watch = watch;
        values.configure(Map.of("schema.registry.url", registry), false);
        poison = new PoisonBytes(values, topics, new SplittableRandom(seed));
        clients = Map.of(
                "bootstrap.servers", bootstrapServers, "delivery.timeout.ms", FOR_EVER_MS, "max.block.ms", FOR_EVER_MS);
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "client.id",
                        "chaos-publisher",
                        "enable.idempotence",
                        true,
                        "delivery.timeout.ms",
                        FOR_EVER_MS,
                        "max.block.ms",
                        FOR_EVER_MS,
                        "request.timeout.ms",
                        5_000,
                        "reconnect.backoff.max.ms",
                        500,
                        "max.request.size",
                        LARGEST_RECORD,
                        "buffer.memory",
                        4L * LARGEST_RECORD),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** Writes down, publishes, and returns before the broker has it. */
    synchronized void publish(Delivery delivery) {
        publish(delivery, value(delivery), topic(delivery));
    }

    /** Publishes a delivery with the bytes that the caller made of it. */
    synchronized void publish(Delivery delivery, byte @Nullable [] value, String topic) {
        history.write(delivery.noted(Instant.now()));
        watch.expect(delivery);
        @Nullable Integer partition = foreign ? crc32Partition(topic, delivery.id()) : null;
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, partition, delivery.id(), value);
        if (delivery.payload() instanceof Delivery.Request(GenerationRequested event)) {
            CloudEvent.of(event, SOURCE, Instant.now()).writeTo(record.headers(), Optional.empty());
        }
        var unused = producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                refused.incrementAndGet();
                LOG.error("not_published id={}", delivery.id(), failure);
            }
        });
    }

    /** Chooses partitions by CRC32 from now on, as librdkafka does, or by murmur2 again. */
    void actForeign(boolean whetherItDoes) {
        foreign = whetherItDoes;
    }

    /** Where librdkafka's {@code consistent_random} puts a key. */
    private int crc32Partition(String topic, String key) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % producer.partitionsFor(topic).size());
    }

    /** Writes down and publishes zeros side by side, compressed, and returns when the broker has all of them. */
    synchronized void publishZeros(List<Delivery> deliveries) {
        int longest = deliveries.stream()
                .mapToInt(delivery -> delivery.payload() instanceof Delivery.Zeros(int length) ? length : 0)
                .max()
                .orElse(0);
        Map<String, Object> config = new HashMap<>(clients);
        config.put("compression.type", "zstd");
        config.put("max.request.size", longest + LARGEST_RECORD);
        config.put("buffer.memory", 2L * (longest + LARGEST_RECORD));
        byte[] zeros = new byte[longest];
        try (var giants = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (Delivery delivery : deliveries) {
                history.write(delivery.noted(Instant.now()));
                watch.expect(delivery);
                var unused = giants.send(
                        new ProducerRecord<>(topics.requests(), 0, delivery.id(), zeros), (metadata, failure) -> {
                            if (failure != null) {
                                refused.incrementAndGet();
                                LOG.error("not_published id={}", delivery.id(), failure);
                            }
                        });
            }
            giants.flush();
        }
    }

    /** Waits until the broker has everything. */
    void flush() {
        producer.flush();
    }

    /** Records that the broker would not take: 0, or the run says nothing. */
    int refused() {
        return refused.get();
    }

    @Override
    public void close() {
        producer.close();
        values.close();
    }

    private String topic(Delivery delivery) {
        return delivery.kind() == Publication.Kind.CANCEL ? topics.cancellations() : topics.requests();
    }

    private byte @Nullable [] value(Delivery delivery) {
        return switch (delivery.payload()) {
            case Delivery.Request(GenerationRequested event) -> values.serialize(topics.requests(), event);
            case Delivery.Cancellation(String reason) ->
                values.serialize(
                        topics.cancellations(),
                        GenerationCancelled.newBuilder()
                                .setRequestId(delivery.id())
                                .setReason(reason)
                                .build());
            case Delivery.Bytes(Poison kind) -> poison.of(kind);
            case Delivery.Zeros(int length) -> new byte[length];
        };
    }
}
