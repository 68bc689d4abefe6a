package dev.sluice.app;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.CloudEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes requests and cancellations as an upstream app would. */
final class RequestPublisher implements AutoCloseable {
    private static final String SOURCE = "sluice-cli";

    private final Addresses addresses;
    private final KafkaProducer<String, SpecificRecord> producer;

    RequestPublisher(Addresses addresses) {
        this.addresses = addresses;
        Map<String, Object> properties = addresses.clientProperties();
        properties.put("linger.ms", 5);
        properties.put("delivery.timeout.ms", 30_000);
        properties.put("request.timeout.ms", 10_000);
        properties.put("max.block.ms", 15_000);
        AvroSerializer<SpecificRecord> values = new AvroSerializer<>();
        values.configure(properties, false);
        producer = new KafkaProducer<>(properties, new StringSerializer(), values);
    }

    /**
     * Publishes a request and waits until the brokers have it.
     *
     * @throws IllegalStateException if they don't take it
     */
    void publish(GenerationRequested request) throws InterruptedException {
        send(
                addresses.topics().requests(),
                request.getRequestId(),
                request,
                CloudEvent.of(request, SOURCE, Instant.now()));
    }

    /**
     * Publishes a cancellation and waits until the brokers have it.
     *
     * @throws IllegalStateException if they don't take it
     */
    void cancel(GenerationCancelled cancellation) throws InterruptedException {
        send(
                addresses.topics().cancellations(),
                cancellation.getRequestId(),
                cancellation,
                CloudEvent.of(cancellation, SOURCE, Instant.now()));
    }

    @Override
    public void close() {
        producer.close();
    }

    private void send(String topic, String key, SpecificRecord event, CloudEvent envelope) throws InterruptedException {
        ProducerRecord<String, SpecificRecord> record = new ProducerRecord<>(topic, key, event);
        envelope.writeTo(record.headers(), Optional.empty());
        Future<RecordMetadata> sent = producer.send(record);
        try {
            sent.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("not published to " + topic + ": " + e.getMessage(), e);
        }
    }
}
