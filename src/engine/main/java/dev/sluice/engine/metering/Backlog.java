package dev.sluice.engine.metering;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one bundle's jobs have still to be evaluated for, and how fast the bundle's batches get on. Any thread adds a job's
 * evaluations when it is accepted; the engine's loop takes them off and measures; any thread reads.
 */
public final class Backlog {
    /** Device time after which an earlier measure counts half: a few batches of a large model, many of a small one. */
    private static final double HALF_LIFE_NANOS = 30e9;

    private final AtomicLong evaluations = new AtomicLong();
    private double rows;
    private double nanos;
    private boolean guessed;

    /** Evaluations that accepted jobs will still make; encodings of prompts are left out. */
    public long evaluations() {
        return evaluations.get();
    }

    /**
     * Evaluations per second of device time, lately; padding counts as none. Before the first request it is what the warm-up
     * allows for, 0 before that.
     */
    public synchronized double evaluationsPerSecond() {
        return nanos == 0 ? 0 : rows * 1e9 / nanos;
    }

    /** Seconds of device time that the evaluations will take at the present pace. */
    public double seconds() {
        double perSecond = evaluationsPerSecond();
        return perSecond == 0 ? 0 : evaluations() / perSecond;
    }

    public void add(long planned) {
        evaluations.addAndGet(planned);
    }

    public void takeOff(long madeOrGivenUp) {
        evaluations.addAndGet(-madeOrGivenUp);
    }

    /** A batch of padding alone: a guess at a full one, until there is better. */
    public synchronized void guess(int batchSize, long batchNanos) {
        if (nanos == 0) {
            rows = batchSize;
            nanos = batchNanos;
            guessed = true;
        }
    }

    public synchronized void measured(int usedRows, long batchNanos) {
        double weight = guessed ? 0 : Math.pow(0.5, batchNanos / HALF_LIFE_NANOS);
        guessed = false;
        rows = weight * rows + usedRows;
        nanos = weight * nanos + batchNanos;
    }
}
