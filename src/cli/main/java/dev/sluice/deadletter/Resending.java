package dev.sluice.deadletter;

import dev.sluice.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters back to where they were read, each exactly once: the record and a marker beside the letter, which says
 * that it went, are one transaction. There is one transactional id for a dead letter topic, so whoever begins shuts out
 * whoever began before; what is read of the topic after {@link #begin} has all markers there will be but its own. Confined to
 * one thread.
 */
public final class Resending implements AutoCloseable {
    private static final String ID_PREFIX = "sluice-dlq-";
    /** A process that is killed here blocks readers no longer than this. */
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;

    private final KafkaProducer<byte @Nullable [], byte @Nullable []> producer;
    private final String topic;

    private Resending(KafkaProducer<byte @Nullable [], byte @Nullable []> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /**
     * Shuts out whoever began before.
     *
     * @param properties of a Kafka client
     * @param topic of the dead letters
     * @throws KafkaException if the brokers don't allow it, or can't be reached within a minute
     */
    public static Resending begin(Map<String, Object> properties, String topic) {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, ID_PREFIX + topic);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        KafkaProducer<byte @Nullable [], byte @Nullable []> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close();
            throw e;
        }
        return new Resending(producer, topic);
    }

    /** Another resend has begun. The letter was not sent, and nothing more can be sent from here. */
    public static final class ShutOutException extends KafkaException {
        private static final long serialVersionUID = 1L;

        ShutOutException(Throwable cause) {
            super("another resend of the same topic has begun and shut this one out", cause);
        }
    }

    /**
     * Sends a letter's record back and commits that.
     *
     * @param record as it lies in the dead letter topic
     * @throws ShutOutException if somebody else has begun
     * @throws KafkaException if it can't be sent, or the brokers don't say in time whether it was; the marker will tell
     */
    public void send(ConsumerRecord<byte[], byte[]> record, Origin origin) {
        byte @Nullable [] key = record.key();
        byte @Nullable [] value = record.value();
        // Without a key it goes where it was; with one, where Java's producers put that.
        ProducerRecord<byte @Nullable [], byte @Nullable []> original =
                new ProducerRecord<>(origin.topic(), key == null ? origin.partition() : null, key, value);
        copyOwn(record.headers(), original.headers());
        ProducerRecord<byte @Nullable [], byte @Nullable []> marker =
                new ProducerRecord<>(topic, record.partition(), key, null);
        marker.headers()
                .add(
                        DeadLetterHeaders.RESENT,
                        new LetterId(record.partition(), record.offset())
                                .toString()
                                .getBytes(StandardCharsets.UTF_8));
        try {
            producer.beginTransaction();
            // Should one fail, so does the commit.
            Future<RecordMetadata> unused = producer.send(original);
            Future<RecordMetadata> unusedToo = producer.send(marker);
            producer.commitTransaction();
        } catch (KafkaException e) {
            if (isShutOut(e)) {
                throw new ShutOutException(e);
            }
            abort();
            throw e;
        }
    }

    private static boolean isShutOut(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            // Whether it was committed is settled by the brokers, at the latest when the next begins.
        }
    }

    private static void copyOwn(Headers from, Headers to) {
        for (Header header : from) {
            if (!header.key().startsWith(DeadLetterHeaders.ERRORS)
                    && !header.key().startsWith(DeadLetterHeaders.OURS)) {
                to.add(header);
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
