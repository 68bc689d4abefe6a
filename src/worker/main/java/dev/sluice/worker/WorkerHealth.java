package dev.sluice.worker;

import dev.sluice.engine.Engine;
import dev.sluice.stream.StreamWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How a worker's engine and stream are. Asks both at every call, on any thread. */
final class WorkerHealth implements Probes.Health {
    /** Three heartbeats, as Kafka's consumers send them unless they are told otherwise. */
    private static final Duration LONG_SILENCE = Duration.ofSeconds(9);

    private final Engine engine;
    private final StreamWorker stream;
    private final Duration longestBatch;

    WorkerHealth(Engine engine, StreamWorker stream, Duration longestBatch) {
        this.engine = engine;
        this.stream = stream;
        this.longestBatch = longestBatch;
    }

    @Override
    public List<String> notAlive() {
        List<String> reasons = new ArrayList<>();
        engine.ailment().ifPresent(reasons::add);
        Duration silence = engine.silence();
        if (silence.compareTo(longestBatch) >= 0) {
            reasons.add("the device has not come back from its batch for " + silence.toSeconds()
                    + " s; health.longest-batch is " + longestBatch.toSeconds() + " s");
        }
        if (!stream.health().alive()) {
            reasons.add(
                    "the stream has ended, or has no thread left; the log has stream_thread_failed or stream_ended");
        }
        return reasons;
    }

    @Override
    public List<String> notReady() {
        List<String> reasons = new ArrayList<>();
        engine.ailment().ifPresent(reasons::add);
        reasons.addAll(stream.health().notRunning());
        if (stream.health().stuck()) {
            reasons.add("each of its request partitions waits for a schema that the registry does not give; the log has"
                    + " partition_held");
        }
        if (!reasons.isEmpty()) {
            silent(reasons);
        }
        return reasons;
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        engine.backlogs().keySet().stream()
                .filter(bundle -> !engine.inService(bundle))
                .forEach(bundle -> remarks.add("bundle " + bundle + " is out of service: its batches keep failing"));
        int held = stream.counts().heldPartitions().held();
        if (held > 0) {
            remarks.add((held == 1 ? "1 partition waits" : held + " partitions wait")
                    + " for a schema that the registry does not give; the log has partition_held");
        }
        silent(remarks);
        return remarks;
    }

    private void silent(List<String> to) {
        Duration silence = stream.health().sinceHeartbeat();
        if (silence.compareTo(LONG_SILENCE) >= 0) {
            to.add("no heartbeat to Kafka for " + silence.toSeconds() + " s: the brokers are away");
        }
    }
}
