package dev.sluice.diffusion;

import dev.sluice.request.FailureCode;
import dev.sluice.request.InvalidFieldException;
import java.util.stream.IntStream;

/**
 * Which of the N training timesteps a shorter run visits (Nichol and Dhariwal 2021). Results are ascending and
 * distinct, in {@code [0, N)}: entry i is the timestep that the networks are given at sampling index i.
 *
 * <p>A count that N can't serve is an {@link InvalidFieldException} on {@code sampler.steps}.
 */
public final class Respacing {
    private Respacing() {}

    /** {@code steps} timesteps from 0 to N-1, the "250" rule. One step alone is timestep 0. */
    public static int[] evenly(int trainSteps, int steps) {
        return sections(trainSteps, steps);
    }

    /** N cut into as many sections as there are counts, the first ones longer by one; each spaced evenly on its own. */
    public static int[] sections(int trainSteps, int... counts) {
        int shortest = trainSteps / counts.length;
        int longer = trainSteps % counts.length;
        IntStream.Builder timesteps = IntStream.builder();
        int start = 0;
        for (int section = 0; section < counts.length; section++) {
            int size = section < longer ? shortest + 1 : shortest;
            require(counts[section] >= 1 && counts[section] <= size, counts[section], size);
            // The position is a running sum rounded half to even, so that the timesteps are those of published samples.
            double stride = counts[section] == 1 ? 1 : (size - 1.0) / (counts[section] - 1);
            double position = 0;
            for (int i = 0; i < counts[section]; i++) {
                timesteps.add(start + (int) Math.rint(position));
                position += stride;
            }
            start += size;
        }
        return timesteps.build().sorted().distinct().toArray();
    }

    /** Every k-th timestep from 0, with the smallest k that visits exactly {@code steps} (Song et al. 2021). */
    public static int[] ddim(int trainSteps, int steps) {
        for (int stride = 1; stride <= trainSteps; stride++) {
            if ((trainSteps - 1) / stride + 1 == steps) {
                return strided(0, stride, steps);
            }
        }
        throw new InvalidFieldException(
                FailureCode.STEPS_OUT_OF_RANGE,
                "sampler.steps",
                "sampler.steps of " + steps + " can't be reached by a whole stride over " + trainSteps + " timesteps");
    }

    /** The 27 timesteps of GLIDE's upsampler: sections 10,10,3,2,2 with the last timestep moved down by two. */
    public static int[] fast27(int trainSteps) {
        int[] timesteps = sections(trainSteps, 10, 10, 3, 2, 2);
        timesteps[timesteps.length - 1] = trainSteps - 3;
        return timesteps;
    }

    /** Stable Diffusion's spacing: multiples of floor(N/T), moved up by {@code offset}, 0 or 1. */
    public static int[] leading(int trainSteps, int steps, int offset) {
        require(steps >= 1 && steps <= trainSteps - offset, steps, trainSteps - offset);
        return strided(offset, trainSteps / steps, steps);
    }

    /**
     * {@code steps + 1} timesteps from 0 to N-1, rounded half to even, without the 0: what the published solver of
     * DPM-Solver++ visits, which steps from the last of them to no noise at all (Lu et al. 2022).
     */
    public static int[] evenlyAboveZero(int trainSteps, int steps) {
        require(steps >= 1 && steps < trainSteps, steps, trainSteps - 1);
        double stride = (trainSteps - 1.0) / steps;
        return IntStream.rangeClosed(1, steps)
                .map(i -> i == steps ? trainSteps - 1 : (int) Math.rint(i * stride))
                .toArray();
    }

    private static int[] strided(int first, int stride, int count) {
        return IntStream.range(0, count).map(i -> first + i * stride).toArray();
    }

    private static void require(boolean fits, int steps, int available) {
        if (!fits) {
            throw new InvalidFieldException(
                    FailureCode.STEPS_OUT_OF_RANGE,
                    "sampler.steps",
                    "sampler.steps of " + steps + " does not lie in [1, " + available + "]");
        }
    }
}
