package dev.sluice.stream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of the stream when one of its threads has failed: a new thread, or the end of the worker's part in the
 * group. Called on the thread that failed; what it has decided may be asked on any.
 */
final class StreamFailures implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StreamFailures.class);

    private static final Duration DIAGNOSIS_PATIENCE = Duration.ofSeconds(3);

    private final StreamSettings settings;
    private final BrokerHomes homes;
    private final Consumer<Throwable> onFatal;
    /** All written by stream threads, and by the one that starts the stream. */
    private volatile boolean stateUnusable;

    private volatile boolean leavesAtOnce;
    private volatile boolean troubled;

    /**
     * No failure yet.
     *
     * @param homes forgets what brokers limit, for that may be what failed
     * @param onFatal hears of a failure that no new thread would mend
     */
    StreamFailures(StreamSettings settings, BrokerHomes homes, Consumer<Throwable> onFatal) {
        this.settings = settings;
        this.homes = homes;
        this.onFatal = onFatal;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        troubled = true;
        WorkerFaults fault = WorkerFaults.of(failure);
        Optional<MisconfigurationException> misconfiguration = switch (fault) {
            case STATE, PROCESS -> Optional.empty();
            case CONFIGURATION, PASSING -> misconfiguration(failure);
        };
        if (misconfiguration.isPresent()) {
            LOG.error(
                    "stream_ended fault={} reason=\"{}\"",
                    WorkerFaults.CONFIGURATION,
                    misconfiguration.get().getMessage());
        } else {
            LOG.error("stream_thread_failed fault={}", fault, failure);
        }
        if (fault == WorkerFaults.PASSING && misconfiguration.isEmpty()) {
            homes.forgetLimits();
            pause();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        stateUnusable = fault == WorkerFaults.STATE;
        // The next start is refused, so nobody comes back for the partitions: others take them over at once.
        leavesAtOnce = settings.leaveGroup() || misconfiguration.isPresent();
        onFatal.accept(misconfiguration.<Throwable>map(sentence -> sentence).orElse(failure));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Streams' exceptions tell little of what is wrong with a topic; the brokers are asked. */
    private Optional<MisconfigurationException> misconfiguration(Throwable failure) {
        List<String> problems = List.of();
        try {
            problems = new TopicCheck(settings).refusals(DIAGNOSIS_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (problems.isEmpty()) {
            problems = WorkerFaults.refusal(failure).stream().toList();
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(new MisconfigurationException(problems, failure));
    }

    private void pause() {
        try {
            Thread.sleep(settings.settle().retryPause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The stores on this disk can't be used: they have to go. */
    void stateIsUnusable() {
        stateUnusable = true;
    }

    /** Whether the stores have to go; asked once. */
    boolean takeStateUnusable() {
        boolean was = stateUnusable;
        stateUnusable = false;
        return was;
    }

    /** Whether the worker leaves its group although its settings would have it stay. */
    boolean leavesAtOnce() {
        return leavesAtOnce;
    }

    /** Whether a thread has failed and records don't flow again yet. */
    boolean troubled() {
        return troubled;
    }

    /** Records flow again. */
    void flowing() {
        troubled = false;
    }
}
