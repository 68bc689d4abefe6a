package dev.sluice.capacity;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** How many workers a trace needs. */
public final class CapacityPlan {
    private final Fleet fleet;
    private final Target target;
    private final int mostWorkers;

    /**
     * A plan for workers of this kind.
     *
     * @param mostWorkers more are not tried
     */
    public CapacityPlan(Fleet fleet, Target target, int mostWorkers) {
        this.fleet = fleet;
        this.target = target;
        this.mostWorkers = mostWorkers;
    }

    /**
     * A number of workers, and how the trace went with them.
     *
     * @param met whether they keep the target
     * @param rowTime of the trace, padding left out
     */
    public record Workers(int count, boolean met, Duration rowTime, Run run) {
        /** The share of the workers' time that rows took, padding left out. */
        public double filled() {
            return run.workers().isZero()
                    ? 0
                    : (double) rowTime.toNanos() / run.workers().toNanos();
        }
    }

    /** Runs the trace on a number of workers. */
    public Workers with(int workers, Trace trace) {
        Run run = new Simulation(trace, fleet, new Scaling.Fixed(workers), Optional.empty()).run();
        return new Workers(workers, run.meets(target), fleet.rowTime(trace), run);
    }

    /** Runs the trace under KEDA with these settings. */
    public Run with(Scaling.Keda keda, Trace trace) {
        return new Simulation(trace, fleet, keda, Optional.empty()).run();
    }

    /** Whether a run keeps the target. */
    public boolean met(Run run) {
        return run.meets(target);
    }

    /** The fewest workers that keep the target, or the most that are tried where none do. */
    public Workers fewest(Trace trace) {
        Search search = new Search(trace);
        OptionalInt fewest = search.fewest(guess(trace));
        return with(fewest.orElse(mostWorkers), trace);
    }

    /** The number of workers that would be busy all the time, if no row waited and no batch were padded. */
    private int guess(Trace trace) {
        long spanNanos = Math.max(target.within().toNanos(), trace.span().toNanos());
        double ideal = fleet.rowTime(trace).toNanos() / (double) spanNanos;
        return Math.clamp((long) Math.ceil(ideal), 1, mostWorkers);
    }

    /** Searches for the fewest workers. It assumes that more workers keep any target that fewer keep. */
    private final class Search {
        private final Trace trace;

        Search(Trace trace) {
            this.trace = trace;
        }

        OptionalInt fewest(int guess) {
            int enough = guess;
            int tooFew = 0;
            int stride = 1;
            while (!keep(enough)) {
                if (enough == mostWorkers) {
                    return OptionalInt.empty();
                }
                tooFew = enough;
                enough = Math.min(mostWorkers, enough + stride);
                stride *= 2;
            }
            stride = 1;
            // The guess itself may be more than enough.
            while (tooFew == 0 && enough > 1) {
                int fewer = Math.max(1, enough - stride);
                if (keep(fewer)) {
                    enough = fewer;
                } else {
                    tooFew = fewer;
                }
                stride *= 2;
            }
            while (enough - tooFew > 1) {
                int middle = (enough + tooFew) / 2;
                if (keep(middle)) {
                    enough = middle;
                } else {
                    tooFew = middle;
                }
            }
            return OptionalInt.of(enough);
        }

        private boolean keep(int workers) {
            return new Simulation(trace, fleet, new Scaling.Fixed(workers), Optional.of(target))
                    .run()
                    .meets(target);
        }
    }
}
