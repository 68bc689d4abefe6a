package dev.sluice.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a stream is. Hears of the client's states on a thread of the client's; asked on any. */
public final class StreamHealth implements KafkaStreams.StateListener {
    private static final Logger LOG = LoggerFactory.getLogger(StreamHealth.class);

    private final KafkaStreams streams;
    private final StreamFailures failures;
    private final HeldPartitionCounts held;
    /** When records first flowed; written by the thread that tells of the client's states. */
    private volatile @Nullable Long firstRunningNanos;

    StreamHealth(KafkaStreams streams, StreamFailures failures, HeldPartitionCounts held) {
        this.streams = streams;
        this.failures = failures;
        this.held = held;
    }

    @Override
    public void onChange(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.info("stream_state from={} to={}", before, now);
        if (now == KafkaStreams.State.RUNNING) {
            if (firstRunningNanos == null) {
                firstRunningNanos = System.nanoTime();
            }
            failures.flowing();
        }
    }

    /** Whether tasks are assigned and records flow. */
    public boolean running() {
        return notRunning().isEmpty();
    }

    /** Why no records flow, in sentences; nothing where they do. */
    public List<String> notRunning() {
        List<String> reasons = new ArrayList<>();
        KafkaStreams.State now = streams.state();
        if (now != KafkaStreams.State.RUNNING) {
            reasons.add(
                    now.isRunningOrRebalancing() || now == KafkaStreams.State.CREATED
                            ? "the stream joins its group or restores its stores (" + now + ")"
                            : "the stream has ended or is ending (" + now + ")");
        }
        if (failures.troubled()) {
            reasons.add("a stream thread failed and records do not flow again yet; the log has stream_thread_failed");
        }
        return reasons;
    }

    /**
     * How long ago its consumer last sent its group a heartbeat, by Kafka's own metric. Before it first has, how long records
     * have flown; zero before they do.
     */
    public Duration sinceHeartbeat() {
        double seconds = streams.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
                .map(metric -> metric.getValue().metricValue())
                .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : -1)
                .max()
                .orElse(-1);
        // Kafka says -1 where none was ever sent.
        return seconds >= 0 ? Duration.ofMillis(Math.round(seconds * 1000)) : sinceFirstRunning();
    }

    private Duration sinceFirstRunning() {
        Long first = firstRunningNanos;
        return first == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - first);
    }

    /** Whether none of its requests' partitions can be taken from, for each waits for a schema. */
    public boolean stuck() {
        return held.allRequestsStuck();
    }

    /**
     * Whether records flow, or will once brokers and registry let them: the client has not ended, and has a thread that
     * has not.
     */
    public boolean alive() {
        KafkaStreams.State now = streams.state();
        if (!now.isRunningOrRebalancing()) {
            return now == KafkaStreams.State.CREATED;
        }
        try {
            return streams.metadataForLocalThreads().stream()
                    .anyMatch(thread -> !thread.threadState().equals("DEAD"));
        } catch (IllegalStateException e) {
            // It has ended since the look above.
            return false;
        }
    }

    /** Whether a thread has tasks, and records flow. */
    boolean hasTasks() {
        return running()
                && streams.metadataForLocalThreads().stream()
                        .anyMatch(thread -> !thread.activeTasks().isEmpty());
    }
}
