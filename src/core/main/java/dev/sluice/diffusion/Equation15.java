package dev.sluice.diffusion;

import dev.sluice.request.GuidanceSchedule.Arithmetic;
import java.math.BigInteger;

/** {@code G = { T - floor(T·i^k / n^k) : i = 0 … n-1 }}, with how many i fall on each timestep. */
final class Equation15 {
    private Equation15() {}

    /**
     * The set G, with multiplicities.
     *
     * @param steps T
     * @param guided n, in [1, T]
     * @param exponent k, finite, at least 0; 0 is read as the limit k → 0, which is {T, 1}
     * @return by sampling index t-1, how many i fall on timestep t; 0 where it is not in G
     */
    static int[] multiplicities(int steps, int guided, double exponent, Arithmetic arithmetic) {
        int[] counts = new int[steps];
        for (int i = 0; i < guided; i++) {
            counts[steps - 1 - stepsBefore(i, steps, guided, exponent, arithmetic)]++;
        }
        return counts;
    }

    /** {@code floor(T·i^k / n^k)}. Below T, since i is below n: what rounds up to T is the limit from below. */
    private static int stepsBefore(int i, int steps, int guided, double exponent, Arithmetic arithmetic) {
        if (i == 0) {
            return 0;
        }
        int floor = switch (arithmetic) {
            case EXACT ->
                exponent == Math.rint(exponent)
                        ? exactFloor(i, steps, guided, exponent)
                        : (int) (steps * StrictMath.pow((double) i / guided, exponent));
            case FLOAT -> (int) (steps / StrictMath.pow(guided, exponent) * StrictMath.pow(i, exponent));
        };
        return Math.min(floor, steps - 1);
    }

    private static int exactFloor(int i, int steps, int guided, double exponent) {
        double logFloor = StrictMath.log(steps) + exponent * StrictMath.log((double) i / guided);
        if (logFloor < -1) {
            return 0; // Far below 1, and so spares powers of a huge exponent.
        }
        int power = (int) exponent;
        if (power * (StrictMath.log(guided) / StrictMath.log(2)) + StrictMath.log(steps) / StrictMath.log(2) < 62) {
            return (int) (steps * pow(i, power) / pow(guided, power));
        }
        return BigInteger.valueOf(i)
                .pow(power)
                .multiply(BigInteger.valueOf(steps))
                .divide(BigInteger.valueOf(guided).pow(power))
                .intValueExact();
    }

    private static long pow(long base, int power) {
        long product = 1;
        for (int factor = 0; factor < power; factor++) {
            product *= base;
        }
        return product;
    }
}
