package dev.sluice.chaos;

import dev.sluice.chaos.checker.Publication;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees outcomes and dead letters as a downstream reader does, as they come, so that publishing can be paced and recovery
 * timed. Judges nothing: that is the checker's. A thread of this object's reads; what it knows is guarded by its monitor.
 */
final class OutcomeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeWatch.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topics topics;
    private final TopicReader reader;
    private final Thread thread;
    private volatile boolean closing;
    /** Ids without an outcome and keys without all of their dead letters. */
    private final Set<String> outcomesDue = new HashSet<>();

    private final Set<String> outcomesSeen = new HashSet<>();
    private final Set<String> completed = new HashSet<>();
    private final Map<String, Integer> lettersDue = new HashMap<>();
    private final Map<String, Integer> lettersSeen = new HashMap<>();
    private final List<Recovery> recoveries = new ArrayList<>();

    /** Waits for what was due when something was over. */
    private record Recovery(Set<String> due, long sinceNanos, Consumer<Duration> whenDone) {}

    OutcomeWatch(String bootstrapServers, Topics topics) {
        this.topics = topics;
        reader = TopicReader.open(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "client.id",
                        "chaos-watch",
                        "reconnect.backoff.max.ms",
                        500),
                List.of(topics.completions(), topics.failures(), topics.deadLetters()),
                List.of());
        reader.seekToBeginning();
        thread = Thread.ofPlatform().name("chaos-watch").daemon(true).start(this::read);
    }

    /** Must be called before the delivery is published. */
    synchronized void expect(Delivery delivery) {
        if (delivery.kind().diesOnce()) {
            lettersDue.merge(delivery.id(), 1, Integer::sum);
        } else if (delivery.kind() != Publication.Kind.CANCEL && !outcomesSeen.contains(delivery.id())) {
            outcomesDue.add(delivery.id());
        }
    }

    /** Requests without an outcome, and records whose dead letter is due. */
    synchronized int outstanding() {
        return outcomesDue.size() + missingLetters().size();
    }

    synchronized int settled() {
        return outcomesSeen.size();
    }

    synchronized boolean completed(String id) {
        return completed.contains(id);
    }

    /** Some of what is outstanding, to be shown. */
    synchronized List<String> examples(int most) {
        return Stream.concat(outcomesDue.stream(), missingLetters().stream())
                .sorted()
                .limit(most)
                .toList();
    }

    /** Waits until nothing is outstanding; false where something still is when the patience is over. */
    boolean awaitNone(Duration patience) throws InterruptedException {
        return Patience.await(patience, () -> outstanding() == 0);
    }

    /** Tells, on this object's thread, how long what is outstanding now took to be settled. */
    synchronized void whenRecovered(Consumer<Duration> whenDone) {
        recoveries.add(new Recovery(new HashSet<>(outcomesDue), System.nanoTime(), whenDone));
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<String> missingLetters() {
        Set<String> missing = new TreeSet<>();
        lettersDue.forEach((key, due) -> {
            if (lettersSeen.getOrDefault(key, 0) < due) {
                missing.add(key);
            }
        });
        return missing;
    }

    private void read() {
        while (!closing) {
            try {
                reader.poll(POLL).forEach(this::see);
                recovered();
            } catch (KafkaException e) {
                LOG.info("watch_failed cause=\"{}\"", e.toString());
            }
        }
        reader.close();
    }

    private synchronized void see(ConsumerRecord<byte[], byte[]> record) {
        String key = String.valueOf(TopicReader.key(record));
        if (record.topic().equals(topics.deadLetters())) {
            lettersSeen.merge(key, 1, Integer::sum);
        } else {
            outcomesSeen.add(key);
            if (record.topic().equals(topics.completions())) {
                completed.add(key);
            }
            outcomesDue.remove(key);
            recoveries.forEach(recovery -> recovery.due().remove(key));
        }
    }

    private synchronized void recovered() {
        long now = System.nanoTime();
        recoveries.removeIf(recovery -> {
            boolean done = recovery.due().isEmpty();
            if (done) {
                recovery.whenDone().accept(Duration.ofNanos(now - recovery.sinceNanos()));
            }
            return done;
        });
    }
}
