package dev.sluice.bench;

import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Counts what a downstream reader sees of each request: its completion and its cost, once they are committed. Knows a
 * request by its number, and holds two bytes for each, made beforehand, so that counting doesn't grow.
 *
 * <p>A thread of its own reads; the counts are guarded by this object's monitor.
 */
final class CommittedOutcomes implements AutoCloseable {
    private static final String REQUEST_ID = "request-";
    private static final String COST_ID = "request:" + REQUEST_ID;
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topics topics;
    private final TopicReader reader;
    private final Thread thread;
    private final byte[] completions;
    private final byte[] costs;
    private int completed;
    private int charged;
    private int unexpected;
    private long lastNanos;
    private volatile boolean closing;

    /** @param capacity how many requests there may be */
    CommittedOutcomes(String bootstrapServers, Topics topics, int capacity) {
        this.topics = topics;
        completions = new byte[capacity];
        costs = new byte[capacity];
        reader = TopicReader.open(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "client.id",
                        StreamRig.BENCH + "-reader",
                        "max.poll.records",
                        2000),
                List.of(topics.completions(), topics.failures(), topics.costs(), topics.deadLetters()),
                List.of());
        reader.seekToBeginning();
        thread = Thread.ofPlatform()
                .name(StreamRig.BENCH + "-reader")
                .daemon(true)
                .start(this::read);
    }

    static String requestId(int number) {
        return REQUEST_ID + number;
    }

    synchronized int completed() {
        return completed;
    }

    /** Waits until so many requests have a completion, or until the patience is spent. */
    synchronized void awaitCompleted(int count, Duration patience) throws InterruptedException {
        await(count, 0, patience);
    }

    /**
     * Waits until requests {@code 0 … count-1} have a completion and a cost.
     *
     * @return when the last of them was read, in {@link System#nanoTime}
     * @throws IllegalStateException where one of them has none, or any has another outcome or more than one
     */
    synchronized long requireExactlyOne(int count, Duration patience) throws InterruptedException {
        await(count, count, patience);
        boolean each = IntStream.range(0, count).allMatch(i -> completions[i] == 1 && costs[i] == 1);
        if (!each || completed != count || charged != count || unexpected > 0) {
            throw new IllegalStateException(count + " requests, " + completed + " completed, " + charged
                    + " charged, each exactly once: " + each + ", unexpected records: " + unexpected);
        }
        return lastNanos;
    }

    private void await(int completions, int costs, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (completed < completions || charged < costs) {
            long left = end - System.nanoTime();
            if (left <= 0 || !thread.isAlive()) {
                throw new IllegalStateException(
                        "waited " + patience + " for " + completions + " completions; there are " + completed);
            }
            wait(left / 1_000_000 + 1);
        }
    }

    private void read() {
        while (!closing) {
            var records = reader.poll(POLL);
            synchronized (this) {
                records.forEach(this::count);
                if (!records.isEmpty()) {
                    lastNanos = System.nanoTime();
                    notifyAll();
                }
            }
        }
        reader.close();
    }

    private void count(ConsumerRecord<byte[], byte[]> record) {
        String key = String.valueOf(TopicReader.key(record));
        if (record.topic().equals(topics.completions()) && key.startsWith(REQUEST_ID)) {
            completed++;
            completions[Integer.parseInt(key, REQUEST_ID.length(), key.length(), 10)]++;
        } else if (record.topic().equals(topics.costs())) {
            String id = subject(record);
            // Overhead belongs to no request.
            if (id.startsWith(COST_ID)) {
                charged++;
                // The content hash and the time of acceptance follow.
                costs[Integer.parseInt(id, COST_ID.length(), id.indexOf(':', COST_ID.length()), 10)]++;
            }
        } else {
            unexpected++;
        }
    }

    private static String subject(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader("ce_subject");
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
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
}
