package dev.sluice.bench;

import java.util.Locale;

/**
 * The rows of Compress Guidance (arXiv 2408.11194) that report running times, as schedules to be timed here. Where the
 * paper does not give the exponent it is 1; the time depends on how many steps are guided, hardly on which.
 */
enum SeedRow {
    DIT("DiT 22/250", Method.CLASSIFIER_FREE, 250, 22, 1),
    SD("SD 8/50", Method.CLASSIFIER_FREE, 50, 8, 1),
    ADM("ADM 50/250", Method.CLASSIFIER, 250, 50, 1),
    CADM("CADM 25/250", Method.CONDITIONAL_CLASSIFIER, 250, 25, 1),
    TABLE_8_K1("Table 8 k=1", Method.CONDITIONAL_CLASSIFIER, 250, 50, 1),
    TABLE_8_K2("Table 8 k=2", Method.CONDITIONAL_CLASSIFIER, 250, 50, 2),
    TABLE_8_K3("Table 8 k=3", Method.CONDITIONAL_CLASSIFIER, 250, 50, 3),
    TABLE_8_K4("Table 8 k=4", Method.CONDITIONAL_CLASSIFIER, 250, 50, 4),
    TABLE_8_K5("Table 8 k=5", Method.CONDITIONAL_CLASSIFIER, 250, 50, 5),
    TABLE_8_K6("Table 8 k=6", Method.CONDITIONAL_CLASSIFIER, 250, 50, 6);

    /** What the row's guidance evaluates. */
    enum Method {
        /** A second denoiser row at guided steps. */
        CLASSIFIER_FREE,
        /** A classifier; the denoiser does not see the class. */
        CLASSIFIER,
        /** A classifier; the denoiser sees the class too. */
        CONDITIONAL_CLASSIFIER
    }

    private final String label;
    private final Method method;
    private final int steps;
    private final int guided;
    private final double exponent;

    SeedRow(String label, Method method, int steps, int guided, double exponent) {
        this.label = label;
        this.method = method;
        this.steps = steps;
        this.guided = guided;
        this.exponent = exponent;
    }

    Method method() {
        return method;
    }

    /** T, over what the run is shortened by. */
    int steps(int shorten) {
        return Math.max(1, steps / shorten);
    }

    /** n of equation 15, shortened alike. */
    int guided(int shorten) {
        return Math.max(1, Math.round((float) guided / shorten));
    }

    double exponent() {
        return exponent;
    }

    /** The paper's name for it, and what was run instead where it was shortened. */
    String label(int shorten) {
        return shorten == 1 ? label : String.format(Locale.ROOT, "%s as %d/%d", label, guided(shorten), steps(shorten));
    }
}
