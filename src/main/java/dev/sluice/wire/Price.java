package dev.sluice.wire;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * What device time costs.
 *
 * <p>A cost is never rounded. Nanoseconds are seconds with {@value #SECONDS_SCALE} decimals, a price has at most {@value
 * #UNIT_PRICE_SCALE}, so their product has at most {@value #COST_SCALE}, and that many the contract keeps. The costs of
 * many charges therefore add up to the cost of their time, to the last digit; whoever prints an invoice rounds the sum.
 *
 * @param skuId the operator's name for the priced device
 * @param perDeviceSecond at least 0, below 10^15, with at most {@value #UNIT_PRICE_SCALE} decimals
 * @param currency of the price
 */
public record Price(String skuId, BigDecimal perDeviceSecond, Currency currency) {
    /** Decimals of a quantity of seconds: nanoseconds. */
    public static final int SECONDS_SCALE = 9;

    /** Decimals of a unit price. */
    public static final int UNIT_PRICE_SCALE = 12;

    /** Decimals of a cost. */
    public static final int COST_SCALE = SECONDS_SCALE + UNIT_PRICE_SCALE;

    /**
     * Checks the price and gives it its full number of decimals.
     *
     * @throws IllegalArgumentException where the price is negative, too large or too finely divided
     */
    public Price {
        if (skuId.isBlank()) {
            throw new IllegalArgumentException("skuId must not be blank");
        }
        if (perDeviceSecond.signum() < 0) {
            throw new IllegalArgumentException("a device second can't cost " + perDeviceSecond);
        }
        BigDecimal stripped = perDeviceSecond.stripTrailingZeros();
        if (stripped.scale() > UNIT_PRICE_SCALE || stripped.precision() - stripped.scale() > 15) {
            throw new IllegalArgumentException("a device second's price has at most 15 digits and " + UNIT_PRICE_SCALE
                    + " decimals, unlike " + perDeviceSecond);
        }
        perDeviceSecond = perDeviceSecond.setScale(UNIT_PRICE_SCALE, RoundingMode.UNNECESSARY);
    }

    /** Device time costs nothing. */
    public static Price free(String skuId, Currency currency) {
        return new Price(skuId, BigDecimal.ZERO, currency);
    }

    /** {@code nanos / 10^9}, exactly. */
    public static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, SECONDS_SCALE);
    }

    /** {@code perDeviceSecond · nanos / 10^9}, exactly. */
    public BigDecimal of(long nanos) {
        return perDeviceSecond.multiply(seconds(nanos)).setScale(COST_SCALE, RoundingMode.UNNECESSARY);
    }
}
