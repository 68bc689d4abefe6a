package dev.sluice.pricing;

/** What a price is the price of. */
public enum PricingUnit {
    /** A second of device time. */
    DEVICE_SECOND("Device-Seconds", "per-device-second"),
    /**
     * A million pixels evaluated: evaluations of denoiser, guide and upsampler, each times the pixels of the picture that
     * comes out. Overhead evaluates nothing for anybody, so it costs nothing at such a price.
     */
    MILLION_EVALUATION_PIXELS("Million-Evaluation-Pixels", "per-million-evaluation-pixels");

    private final String focusName;
    private final String key;

    PricingUnit(String focusName, String key) {
        this.focusName = focusName;
        this.key = key;
    }

    /** What {@code CostIncurred.PricingUnit} calls it. */
    public String focusName() {
        return focusName;
    }

    /** What the configuration calls a price of it. */
    public String key() {
        return key;
    }
}
