package dev.sluice.cost;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.PriceList;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The sums of some charges.
 *
 * @param requests charged
 * @param images stored for them
 * @param deviceNanos device time
 * @param evaluations of denoiser and guide
 * @param skippedEvaluations guidance evaluations that guiding at every step would have made besides
 * @param pricingQuantity in units that differ where the charges' do
 * @param start of the first charge's period
 * @param end of the last charge's period
 * @param freeNanos of the device time, what was charged at a price of 0 though nothing says that it be free
 */
public record Sums(
        long requests,
        long images,
        long deviceNanos,
        long evaluations,
        long skippedEvaluations,
        BigDecimal pricingQuantity,
        BigDecimal listCost,
        BigDecimal effectiveCost,
        Instant start,
        Instant end,
        long freeNanos) {
    static Sums of(CostIncurred charge) {
        return new Sums(
                charge.getRequestId() == null ? 0 : 1,
                charge.getImages(),
                charge.getDeviceNanos(),
                charge.getConditionalEvaluations()
                        + charge.getUnconditionalEvaluations()
                        + charge.getGuideEvaluations(),
                charge.getSkippedEvaluations(),
                charge.getPricingQuantity(),
                charge.getListCost(),
                charge.getEffectiveCost(),
                charge.getChargePeriodStart(),
                charge.getChargePeriodEnd(),
                isFree(charge) ? charge.getDeviceNanos() : 0);
    }

    /** Where every price names a bundle, overhead has none, as intended. */
    private static boolean isFree(CostIncurred charge) {
        return charge.getListUnitPrice().signum() == 0 && !charge.getSkuId().equals(PriceList.UNPRICED);
    }

    Sums plus(Sums other) {
        return new Sums(
                requests + other.requests,
                images + other.images,
                deviceNanos + other.deviceNanos,
                evaluations + other.evaluations,
                skippedEvaluations + other.skippedEvaluations,
                pricingQuantity.add(other.pricingQuantity),
                listCost.add(other.listCost),
                effectiveCost.add(other.effectiveCost),
                start.isBefore(other.start) ? start : other.start,
                end.isAfter(other.end) ? end : other.end,
                freeNanos + other.freeNanos);
    }
}
