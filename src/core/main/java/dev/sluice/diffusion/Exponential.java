package dev.sluice.diffusion;

/**
 * The exponential function to float32's precision, from additions and multiplications alone: like {@link
 * StrictMath#exp} the same bits on every machine, but in a fraction of its time. A sampler takes one per element and step.
 */
final class Exponential {
    private static final double LOG2_E = 1.4426950408889634;
    private static final double LN_2 = 0.6931471805599453;

    /** Past these the result is 0 or infinite as a float, and still in range as a double. */
    private static final double LARGEST = 700;

    /** Doubles around this are the integers, so that adding it rounds to one; half to even, as {@link Math#rint}. */
    private static final double INTEGERS = 0x1.8p52;

    /** Few enough to stay in the first-level cache. */
    private static final int VALUES_AT_A_TIME = 512;

    private Exponential() {}

    /** {@code e^x}, relative error below 1e-10; NaN for NaN. */
    static double exp(double x) {
        double shifted = shiftedPower(x);
        return mantissa(x, shifted) * twoTo(shifted);
    }

    /**
     * Replaces each value by {@link #exp} of it, rounded to float. In loops of their own, since the JIT vectorises the one
     * that has the work, but nothing that takes doubles apart.
     */
    static void expInPlace(float[] values) {
        double[] x = new double[Math.min(values.length, VALUES_AT_A_TIME)];
        double[] shifted = new double[x.length];
        for (int start = 0; start < values.length; start += x.length) {
            int count = Math.min(x.length, values.length - start);
            for (int i = 0; i < count; i++) {
                x[i] = values[start + i];
            }
            for (int i = 0; i < count; i++) {
                shifted[i] = shiftedPower(x[i]);
                x[i] = mantissa(x[i], shifted[i]);
            }
            for (int i = 0; i < count; i++) {
                values[start + i] = (float) (x[i] * twoTo(shifted[i]));
            }
        }
    }

    private static double bounded(double x) {
        return Math.max(-LARGEST, Math.min(LARGEST, x));
    }

    /** {@link #INTEGERS} plus the k in {@code e^x = 2^k e^r}, |r| at most ln(2)/2. */
    private static double shiftedPower(double x) {
        return bounded(x) * LOG2_E + INTEGERS;
    }

    /** {@code e^r}. */
    private static double mantissa(double x, double shifted) {
        return taylor(bounded(x) - (shifted - INTEGERS) * LN_2);
    }

    /** Up to r^9: enough for arguments up to ln(2)/2. Written out, since a loop here keeps the sampler's from being vectorised. */
    private static double taylor(double r) {
        double sum = 2.7557319223985893E-6;
        sum = sum * r + 2.48015873015873E-5;
        sum = sum * r + 0.0001984126984126984;
        sum = sum * r + 0.001388888888888889;
        sum = sum * r + 0.008333333333333333;
        sum = sum * r + 0.041666666666666664;
        sum = sum * r + 0.16666666666666666;
        sum = sum * r + 0.5;
        sum = sum * r + 1;
        sum = sum * r + 1;
        return sum;
    }

    /** {@code 2^k}: the lowest bits of the sum are k's own. */
    private static double twoTo(double shifted) {
        return Double.longBitsToDouble((Double.doubleToRawLongBits(shifted) + 1023) << 52);
    }
}
