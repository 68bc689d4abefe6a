package dev.sluice.diffusion;

/** Polynomials by Horner's rule. */
final class Horner {
    private Horner() {}

    /** {@code c_0 + c_1 x + c_2 x² + …} */
    static double polynomial(double[] coefficients, double x) {
        double sum = coefficients[coefficients.length - 1];
        for (int power = coefficients.length - 2; power >= 0; power--) {
            sum = sum * x + coefficients[power];
        }
        return sum;
    }
}
