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

    private Exponential() {}

    /** {@code e^x}, relative error below 1e-10; NaN for NaN. */
    static double exp(double x) {
        double bounded = Math.max(-LARGEST, Math.min(LARGEST, x));
        double power = Math.rint(bounded * LOG2_E);
        return taylor(bounded - power * LN_2) * twoTo((long) power);
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

    private static double twoTo(long exponent) {
        return Double.longBitsToDouble((exponent + 1023) << 52);
    }
}
