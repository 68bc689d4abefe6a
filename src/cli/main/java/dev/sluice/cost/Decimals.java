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

    /** Every digit, and a decimal point: who reads a column of whole numbers takes it for integers. */
    static String point(BigDecimal number) {
        String plain = plain(number);
        return plain.contains(".") ? plain : plain + ".0";
    }

    /** Rounded to what people are shown. */
    static String shown(BigDecimal number) {
        return number.setScale(SHOWN, RoundingMode.HALF_EVEN).toPlainString();
    }
}
