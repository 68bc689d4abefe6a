package dev.sluice.worker;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how far a start has come: each step in the log when it begins and when it is done, and one that is long in between.
 * Steps follow one another, on the thread that starts the worker or on one that it waits for; probes ask on theirs, and a
 * thread of this class looks every few seconds.
 */
public final class StartReport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

    private static final Duration LOOK = Duration.ofMillis(200);

    /** How long a step may go on without a word. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final LongSupplier nanos;
    private final long beganNanos;
    private final Thread looks;
    private volatile @Nullable UnderWay now;
    private volatile @Nullable BooleanSupplier end;

    /** Written by the looking thread. */
    private long toldNanos;

    /** What a start does. */
    enum Step {
        /** Reads every file of a bundle and compares checksums. */
        VERIFYING,
        /** Looks at S3, topics and registry. */
        CHECKING,
        /** Brings a bundle to the device. */
        LOADING,
        /** Chooses how many rows a bundle's batches have. */
        MEASURING,
        /** Brings each bundle to the device and makes its first batches. */
        WARMING,
        /** Joins the group and restores the stores. */
        JOINING
    }

    /** A step, what it is done to, and since when. */
    private record UnderWay(Step step, String what, long sinceNanos) {
        String name() {
            return step.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A part of the start.
     *
     * @param <E> what it may throw
     */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        T done() throws E;
    }

    /** A start that begins now. */
    public StartReport(LongSupplier nanos) {
        this.nanos = nanos;
        beganNanos = nanos.getAsLong();
        looks = Thread.ofPlatform().name("sluice-start").daemon(true).start(this::keepLooking);
    }

    /** Does one step, and tells of it. */
    <T, E extends Exception> T step(Step step, String what, Work<T, E> work) throws E {
        UnderWay underWay = begin(step, what);
        T result = work.done();
        done(underWay);
        return result;
    }

    private void done(UnderWay underWay) {
        now = null;
        LOG.info(
                "start_step step={} of=\"{}\" state=done seconds={}",
                underWay.name(),
                underWay.what(),
                seconds(underWay.sinceNanos()));
    }

    /** Begins the last step, which nobody waits for, and ends the report when it is done. */
    void last(Step step, String what, BooleanSupplier done) {
        begin(step, what);
        end = done;
    }

    /** How far the start is, in a sentence. */
    List<String> inWords() {
        UnderWay underWay = now;
        return List.of(
                underWay == null
                        ? "the worker is starting"
                        : String.format(
                                Locale.ROOT,
                                "the worker is starting: %s %s, %.0f s so far",
                                underWay.name(),
                                underWay.what(),
                                seconds(underWay.sinceNanos())));
    }

    @Override
    public void close() {
        looks.interrupt();
    }

    private UnderWay begin(Step step, String what) {
        UnderWay underWay = new UnderWay(step, what, nanos.getAsLong());
        now = underWay;
        LOG.info("start_step step={} of=\"{}\" state=begun", underWay.name(), what);
        return underWay;
    }

    private void keepLooking() {
        try {
            while (!ended()) {
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // Closed: nobody waits to hear more.
        }
    }

    /** Tells of a step that is long, or of the end. */
    private boolean ended() {
        UnderWay underWay = now;
        BooleanSupplier isOver = end;
        if (underWay == null) {
            return false;
        }
        if (isOver != null && isOver.getAsBoolean()) {
            done(underWay);
            LOG.info("worker_ready seconds={}", seconds(beganNanos));
            return true;
        }
        long at = nanos.getAsLong();
        if (at - Math.max(underWay.sinceNanos(), toldNanos) >= SILENCE.toNanos()) {
            toldNanos = at;
            LOG.info(
                    "start_step step={} of=\"{}\" state=running seconds={}",
                    underWay.name(),
                    underWay.what(),
                    seconds(underWay.sinceNanos()));
        }
        return false;
    }

    /** Since then, to a hundredth. */
    private double seconds(long sinceNanos) {
        return Math.round((nanos.getAsLong() - sinceNanos) / 1e7) / 100.0;
    }
}
