package dev.sluice.diffusion;

import dev.sluice.request.FailureCode;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Arithmetic;
import dev.sluice.request.InvalidFieldException;

/** The steps that a schedule names, before any weighting adds to them. */
final class GuidedSteps {
    private GuidedSteps() {}

    /**
     * The steps of {@code schedule}.
     *
     * @param sigmas noise level by sampling index, T of them
     * @return by sampling index, whether the step is guided
     * @throws InvalidFieldException where the schedule asks for more steps than there are, or for one that is not there
     */
    static boolean[] of(GuidanceSchedule schedule, double[] sigmas) {
        int steps = sigmas.length;
        boolean[] guided = new boolean[steps];
        switch (schedule) {
            case GuidanceSchedule.Full full -> mark(guided, 0, steps);
            case GuidanceSchedule.Compress compress -> {
                requireAtMost(compress.guided(), steps);
                markCompressed(guided, compress.guided(), compress.exponent(), compress.arithmetic());
            }
            case GuidanceSchedule.EarlyStop earlyStop -> {
                requireAtMost(earlyStop.guided(), steps);
                mark(guided, steps - earlyStop.guided(), steps);
            }
            case GuidanceSchedule.Uniform uniform -> {
                requireAtMost(uniform.guided(), steps);
                markCompressed(guided, uniform.guided(), 1, Arithmetic.EXACT);
            }
            case GuidanceSchedule.EveryNth everyNth -> {
                for (int i = 0; i < steps; i++) {
                    guided[i] = (i + 1) % everyNth.stride() == 0;
                }
            }
            case GuidanceSchedule.Interval interval -> {
                for (int i = 0; i < steps; i++) {
                    guided[i] = interval.sigmaLow() < sigmas[i] && sigmas[i] <= interval.sigmaHigh();
                }
            }
            case GuidanceSchedule.Explicit explicit -> {
                for (int timestep : explicit.timesteps()) {
                    requireTimestep(timestep, steps);
                    guided[timestep - 1] = true;
                }
            }
        }
        return guided;
    }

    private static void mark(boolean[] guided, int from, int to) {
        for (int i = from; i < to; i++) {
            guided[i] = true;
        }
    }

    private static void markCompressed(boolean[] guided, int count, double exponent, Arithmetic arithmetic) {
        int[] multiplicities = Equation15.multiplicities(guided.length, count, exponent, arithmetic);
        for (int i = 0; i < guided.length; i++) {
            guided[i] = multiplicities[i] > 0;
        }
    }

    private static void requireAtMost(int guided, int steps) {
        if (guided > steps) {
            throw new InvalidFieldException(
                    FailureCode.SCHEDULE_INVALID,
                    "guidance.schedule.guided",
                    "guidance.schedule.guided of " + guided + " is more than the " + steps + " sampling steps");
        }
    }

    private static void requireTimestep(int timestep, int steps) {
        if (timestep > steps) {
            throw new InvalidFieldException(
                    FailureCode.SCHEDULE_INVALID,
                    "guidance.schedule.timesteps",
                    "guidance.schedule.timesteps names " + timestep + ", but there are " + steps + " sampling steps");
        }
    }
}
