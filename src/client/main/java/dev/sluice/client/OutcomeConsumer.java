package dev.sluice.client;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Settles open requests with the outcomes that are committed from the moment this is made. It belongs to no group: every
 * client sees every outcome and picks its own. Made by one thread, then polled by a thread of its own; {@link #close} by any.
 */
final class OutcomeConsumer implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final OpenRequests requests;
    private final String completions;
    private final TopicReader topics;
    private final AvroDeserializer<GenerationCompleted> completed = new AvroDeserializer<>(GenerationCompleted.class);
    private final AvroDeserializer<GenerationFailed> failed = new AvroDeserializer<>(GenerationFailed.class);
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Seeks to the topics' ends, so that it reads the outcome of everything that is published after it.
     *
     * @throws KafkaException where the topics can't be read
     */
    OutcomeConsumer(ClientSettings settings, OpenRequests requests) {
        this.requests = requests;
        completions = settings.completions();
        Map<String, Object> properties = settings.properties();
        completed.configure(properties, false);
        failed.configure(properties, false);
        topics = TopicReader.open(properties, List.of(settings.completions(), settings.failures()), List.of());
        try {
            topics.seekToEnd();
        } catch (RuntimeException e) {
            closeParts();
            throw e;
        }
        thread = Thread.ofPlatform().name("sluice-client-outcomes").daemon(true).start(this::run);
    }

    @Override
    public void close() {
        closing = true;
        topics.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closing) {
                topics.poll(POLL).forEach(this::settle);
            }
        } catch (WakeupException e) {
            // Told to close.
        } catch (RuntimeException e) {
            requests.failAll(e);
        } finally {
            requests.failAll(new IllegalStateException("the client is closed"));
            closeParts();
        }
    }

    private void settle(ConsumerRecord<byte[], byte[]> record) {
        String requestId = TopicReader.key(record);
        while (requestId != null && requests.isOpen(requestId) && !closing) {
            try {
                requests.settle(requestId, outcome(record));
                return;
            } catch (RegistryUnavailableException e) {
                // Not the record's fault: the registry's own budget was the pause.
            } catch (SerializationException e) {
                requests.fail(requestId, e);
            }
        }
    }

    private GenerationOutcome outcome(ConsumerRecord<byte[], byte[]> record) {
        return record.topic().equals(completions)
                ? new GenerationOutcome.Completed(
                        required(completed.deserialize(record.topic(), record.value()), record.topic()))
                : new GenerationOutcome.Failed(
                        required(failed.deserialize(record.topic(), record.value()), record.topic()));
    }

    private static <T> T required(@Nullable T event, String topic) {
        if (event == null) {
            throw new SerializationException("an empty record in " + topic);
        }
        return event;
    }

    private void closeParts() {
        topics.close();
        completed.close();
        failed.close();
    }
}
