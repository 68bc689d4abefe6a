package dev.sluice.cost;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.UnansweredSchemaException;
import dev.sluice.wire.UndecodableException;
import dev.sluice.wire.UnknownSchemaException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the cost topic, committed records alone, without a group. Where it ends is settled when the reading begins: what is
 * written later is not read, and transactions that are open then are waited for.
 */
public final class CostTopic {
    /** Records carry their worker's clock, which need not be the one that the charge's period is told by. */
    private static final Duration CLOCK_MARGIN = Duration.ofDays(1);

    /** A worker waits longer, but a person waits for a command. */
    private static final long ANSWER_PATIENCE_MS = 10_000;

    private final Map<String, Object> properties;
    private final String topic;

    /**
     * The result of a reading.
     *
     * @param strange how many records were there that are no charges
     * @param unread how many were there of which that can't be told, as the registry did not know their schemas within its patience
     * @param retained what the topic still had when it was read
     */
    public record Reading(long strange, long unread, Retained retained) {}

    /** @param properties of a Kafka client, with the registry's */
    public CostTopic(Map<String, Object> properties, String topic) {
        this.properties = new HashMap<>(properties);
        this.properties.putIfAbsent(AvroConfig.ANSWER_PATIENCE_MS, ANSWER_PATIENCE_MS);
        // The limit is for requests. A charge has its request's tags and more.
        this.properties.putIfAbsent(AvroConfig.MAX_MESSAGE_BYTES, Integer.MAX_VALUE);
        this.topic = topic;
    }

    /**
     * Hands over every charge whose period starts in {@code [from, to)}.
     *
     * @throws KafkaException if the topic doesn't exist, or can't be read within a minute
     */
    public Reading read(Instant from, Instant to, Consumer<CostIncurred> sink) {
        return read(from, charge -> isIn(charge.getChargePeriodStart(), from, to), sink);
    }

    /**
     * Hands over every charge that was written since then, and some that were before, whenever their periods start: a request
     * that is taken over is charged by one process from when another accepted it.
     *
     * @throws KafkaException as above
     */
    public Reading readWritten(Instant since, Consumer<CostIncurred> sink) {
        return read(since, charge -> true, sink);
    }

    private static boolean isIn(Instant moment, Instant from, Instant to) {
        return !moment.isBefore(from) && moment.isBefore(to);
    }

    private Reading read(Instant from, Predicate<CostIncurred> wanted, Consumer<CostIncurred> sink) {
        AtomicLong strange = new AtomicLong();
        AtomicLong unread = new AtomicLong();
        try (TopicReader whole = TopicReader.open(properties, topic);
                AvroDeserializer<CostIncurred> deserializer = new AvroDeserializer<>(CostIncurred.class)) {
            deserializer.configure(properties, false);
            Map<TopicPartition, Long> ends = whole.ends();
            if (from.isBefore(Instant.EPOCH.plus(CLOCK_MARGIN))) {
                whole.seekToBeginning();
            } else {
                whole.seekTo(from.minus(CLOCK_MARGIN));
            }
            whole.readTo(ends, record -> {
                try {
                    strange.addAndGet(handOver(deserializer, record, wanted, sink));
                } catch (UnknownSchemaException | UnansweredSchemaException e) {
                    unread.incrementAndGet();
                }
            });
            return new Reading(strange.get(), unread.get(), retained(whole));
        }
    }

    /** Asked when all is read, so that what was deleted meanwhile counts. */
    private Retained retained(TopicReader whole) {
        Instant now = Instant.now();
        return new Retained(
                topic,
                whole.shortened().stream()
                        .map(left -> new Retained.Partition(
                                left.partition().partition(),
                                left.beginning(),
                                left.first().orElse(now),
                                left.first().isEmpty()))
                        .toList());
    }

    private static int handOver(
            AvroDeserializer<CostIncurred> deserializer,
            ConsumerRecord<byte[], byte[]> record,
            Predicate<CostIncurred> wanted,
            Consumer<CostIncurred> sink) {
        CostIncurred charge;
        try {
            charge = deserializer.deserialize(record.topic(), record.value());
        } catch (UnknownSchemaException | UnansweredSchemaException e) {
            throw e;
        } catch (UndecodableException e) {
            return 1;
        }
        if (charge == null) {
            return 1;
        }
        if (wanted.test(charge)) {
            sink.accept(charge);
        }
        return 0;
    }
}
