package dev.sluice.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How money and seconds are written. */
final class Decimals {
    /** Decimals that people are shown: nanoseconds, and billionths of the currency. */
    static final int SHOWN = 9;

    private Decimals() {}

    /** Every digit, without exponent and trailing zeros. */
    static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /** Rounded to what people are shown. */
    static String shown(BigDecimal number) {
        return number.setScale(SHOWN, RoundingMode.HALF_EVEN).toPlainString();
    }
}
