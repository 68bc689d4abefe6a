package dev.sluice.client;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.CloudEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes requests and cancellations, idempotently, with their envelope, by Kafka's own partitioner whatever the settings
 * say. Thread-safe.
 */
public final class GenerationPublisher implements AutoCloseable {
    /** Defaults that bound the wait for brokers to half a minute. Settings override them. */
    private static final Map<String, Object> DEFAULTS = Map.of(
            "linger.ms", "5",
            "delivery.timeout.ms", "30000",
            "request.timeout.ms", "10000",
            "max.block.ms", "15000");

    /** A broker that took a connection and says nothing would be waited for until the request times out. */
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final ClientSettings settings;
    private final KafkaProducer<String, SpecificRecord> producer;

    /** Connects when the first record is published. */
    public GenerationPublisher(ClientSettings settings) {
        this.settings = settings;
        Map<String, Object> properties = new HashMap<>(DEFAULTS);
        properties.putAll(
                settings.with(Map.of("enable.idempotence", "true", "acks", "all", "partitioner.ignore.keys", "false")));
        properties.remove("partitioner.class");
        AvroSerializer<SpecificRecord> values = new AvroSerializer<>();
        values.configure(properties, false);
        producer = new KafkaProducer<>(properties, new StringSerializer(), values);
    }

    /**
     * Publishes a request and waits until the brokers have it.
     *
     * @param traceparent trace context to pass on, as W3C has it
     * @throws NotPublishedException if they don't take it
     */
    public void publish(GenerationRequested request, Optional<String> traceparent) throws InterruptedException {
        CloudEvent envelope = CloudEvent.of(request, settings.source(), Instant.now());
        send(settings.requests(), request.getRequestId(), request, envelope, traceparent);
    }

    /**
     * Publishes a cancellation and waits until the brokers have it.
     *
     * @throws NotPublishedException if they don't take it
     */
    public void cancel(GenerationCancelled cancellation) throws InterruptedException {
        CloudEvent envelope = CloudEvent.of(cancellation, settings.source(), Instant.now());
        send(settings.cancellations(), cancellation.getRequestId(), cancellation, envelope, Optional.empty());
    }

    /**
     * Records that other threads are still publishing get two seconds. Records that were waited for are with the
     * brokers already.
     */
    @Override
    public void close() {
        producer.close(CLOSING);
    }

    private void send(String topic, String key, SpecificRecord event, CloudEvent envelope, Optional<String> traceparent)
            throws InterruptedException {
        ProducerRecord<String, SpecificRecord> record = new ProducerRecord<>(topic, key, event);
        envelope.writeTo(record.headers(), traceparent);
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new NotPublishedException("not published to " + topic + ": " + said(e.getCause()), e);
        } catch (KafkaException e) {
            throw new NotPublishedException("not published to " + topic + ": " + said(e), e);
        }
    }

    private static String said(@Nullable Throwable cause) {
        return cause == null ? "no reason given" : String.valueOf(cause.getMessage());
    }
}
