package dev.sluice.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * What device time or evaluations cost.
 *
 * <p>A cost is never rounded. A quantity has at most {@value #QUANTITY_SCALE} decimals (nanoseconds are seconds with that
 * many), a price has at most {@value #UNIT_PRICE_SCALE}, so their product has at most {@value #COST_SCALE}, and that many the
 * contract keeps. The costs of many charges therefore add up to the cost of their quantities, to the last digit; whoever
 * prints an invoice rounds the sum.
 *
 * @param skuId the operator's name for what is priced
 * @param unit what {@code perUnit} buys
 * @param perUnit at least 0, below 10^15, with at most {@value #UNIT_PRICE_SCALE} decimals
 * @param currency of the price
 */
public record Price(String skuId, PricingUnit unit, BigDecimal perUnit, Currency currency) {
    /** Decimals of a quantity: a second's nanoseconds, and more than a million has. */
    public static final int QUANTITY_SCALE = 9;

    /** Decimals of a unit price. */
    public static final int UNIT_PRICE_SCALE = 12;

    /** Decimals of a cost. */
    public static final int COST_SCALE = QUANTITY_SCALE + UNIT_PRICE_SCALE;

    private static final int MILLION_SCALE = 6;

    /**
     * Checks the price and gives it its full number of decimals.
     *
     * @throws IllegalArgumentException where the price is negative, too large or too finely divided
     */
    public Price {
        if (skuId.isBlank()) {
            throw new IllegalArgumentException("skuId must not be blank");
        }
        if (perUnit.signum() < 0) {
            throw new IllegalArgumentException("a price can't be " + perUnit);
        }
        BigDecimal stripped = perUnit.stripTrailingZeros();
        if (stripped.scale() > UNIT_PRICE_SCALE || stripped.precision() - stripped.scale() > 15) {
            throw new IllegalArgumentException(
                    "a price has at most 15 digits and " + UNIT_PRICE_SCALE + " decimals, unlike " + perUnit);
        }
        perUnit = perUnit.setScale(UNIT_PRICE_SCALE, RoundingMode.UNNECESSARY);
    }

    /** A price per device second. */
    public Price(String skuId, BigDecimal perDeviceSecond, Currency currency) {
        this(skuId, PricingUnit.DEVICE_SECOND, perDeviceSecond, currency);
    }

    /** Device time costs nothing. */
    public static Price free(String skuId, Currency currency) {
        return new Price(skuId, BigDecimal.ZERO, currency);
    }

    /** {@code nanos / 10^9}, exactly. */
    public static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, QUANTITY_SCALE);
    }

    /**
     * How many units are paid for, exactly.
     *
     * @param nanos device time
     * @param evaluationPixels evaluations times pixels
     */
    public BigDecimal quantity(long nanos, long evaluationPixels) {
        return switch (unit) {
            case DEVICE_SECOND -> seconds(nanos);
            case MILLION_EVALUATION_PIXELS ->
                BigDecimal.valueOf(evaluationPixels, MILLION_SCALE).setScale(QUANTITY_SCALE, RoundingMode.UNNECESSARY);
        };
    }

    /** {@code perUnit · quantity}, exactly. */
    public BigDecimal of(BigDecimal quantity) {
        return perUnit.multiply(quantity).setScale(COST_SCALE, RoundingMode.UNNECESSARY);
    }
}
