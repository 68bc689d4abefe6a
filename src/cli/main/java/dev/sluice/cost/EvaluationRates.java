package dev.sluice.cost;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.PricingUnit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Measured device time and cost per evaluation, for saying what skipped ones would have taken.
 *
 * <p>Rates are means over all requests of one bundle on one SKU under one pricing unit and currency, whoever sent them.
 * With classifier-free guidance, a denoiser evaluation takes {@code denoiserNanos / (conditional + unconditional)}.
 * With classifier guidance, a guide evaluation takes {@code guideNanos / guide}. Both leave out padding's share of the
 * device time. The rest is what a row takes in a full batch. A skipped row is worth that much to a device with other
 * work to do, however empty the batches were. A device second costs what the charges of the bundle cost per second of
 * theirs; where pixels are priced, an evaluation costs what the priced evaluations of the bundle cost each. As no rate
 * depends on how charges are grouped, what groups saved adds up to what all saved.
 */
final class EvaluationRates {
    /** Precise enough that every digit shown is right. */
    private static final MathContext PRECISION = MathContext.DECIMAL128;

    private static final int NANO_SCALE = 9;

    private final Map<Scope, Measured> measured = new HashMap<>();

    /** Whose evaluations take equally long and cost the same. */
    private record Scope(String model, String sku, String unit, String currency) {
        static Scope of(CostIncurred charge) {
            return new Scope(
                    Objects.requireNonNullElse(charge.getModel(), ""),
                    charge.getSkuId(),
                    charge.getPricingUnit(),
                    charge.getBillingCurrency());
        }
    }

    /** Which network a schedule spares. */
    private enum Spared {
        DENOISER,
        GUIDE
    }

    /** What a charge's skipped evaluations would have been. */
    record Skipped(Scope scope, Spared spared) {
        static Skipped of(CostIncurred charge) {
            Spared spared = switch (charge.getGuidance()) {
                case "CLASSIFIER" -> Spared.GUIDE;
                case "CLASSIFIER_FREE" -> Spared.DENOISER;
                // Older records do not say.
                default -> charge.getGuideEvaluations() > 0 ? Spared.GUIDE : Spared.DENOISER;
            };
            return new Skipped(Scope.of(charge), spared);
        }
    }

    private record Measured(
            long denoiserNanos,
            long denoiserEvaluations,
            long guideNanos,
            long guideEvaluations,
            long deviceNanos,
            long paddingNanos,
            long pricedEvaluations,
            BigDecimal cost) {
        static Measured of(CostIncurred charge) {
            long denoiser = charge.getConditionalEvaluations() + charge.getUnconditionalEvaluations();
            return new Measured(
                    charge.getDenoiserNanos(),
                    denoiser,
                    charge.getGuideNanos(),
                    charge.getGuideEvaluations(),
                    charge.getDeviceNanos(),
                    charge.getPaddingNanos(),
                    denoiser + charge.getGuideEvaluations() + charge.getUpsamplerEvaluations(),
                    charge.getEffectiveCost());
        }

        Measured plus(Measured other) {
            return new Measured(
                    denoiserNanos + other.denoiserNanos,
                    denoiserEvaluations + other.denoiserEvaluations,
                    guideNanos + other.guideNanos,
                    guideEvaluations + other.guideEvaluations,
                    deviceNanos + other.deviceNanos,
                    paddingNanos + other.paddingNanos,
                    pricedEvaluations + other.pricedEvaluations,
                    cost.add(other.cost));
        }

        /**
         * Nanoseconds that the network would have taken, without padding's share of all device time. 0 if nothing was
         * spared.
         */
        BigDecimal nanos(Spared spared) {
            long nanos = spared == Spared.GUIDE ? guideNanos : denoiserNanos;
            return share(BigDecimal.valueOf(nanos), BigDecimal.valueOf(deviceNanos - paddingNanos), deviceNanos);
        }

        long evaluations(Spared spared) {
            return spared == Spared.GUIDE ? guideEvaluations : denoiserEvaluations;
        }
    }

    /** Adds a charge's measurements; overhead has none. */
    void add(CostIncurred charge) {
        if (!Dimension.isOverhead(charge)) {
            measured.merge(Scope.of(charge), Measured.of(charge), Measured::plus);
        }
    }

    /** What this many evaluations would have taken. */
    Saved saved(Skipped skipped, long count) {
        Measured scope = measured.get(skipped.scope());
        if (count == 0) {
            return Saved.NOTHING;
        }
        if (scope == null || scope.evaluations(skipped.spared()) == 0) {
            return new Saved(BigDecimal.ZERO, BigDecimal.ZERO, count);
        }
        BigDecimal nanos =
                share(scope.nanos(skipped.spared()), BigDecimal.valueOf(count), scope.evaluations(skipped.spared()));
        boolean pixels = skipped.scope().unit().equals(PricingUnit.MILLION_EVALUATION_PIXELS.focusName());
        BigDecimal cost = pixels
                ? share(scope.cost(), BigDecimal.valueOf(count), scope.pricedEvaluations())
                : share(scope.cost(), nanos, scope.deviceNanos());
        return new Saved(nanos.movePointLeft(NANO_SCALE), cost, 0);
    }

    /** {@code of · part / whole}, nothing of nothing. */
    private static BigDecimal share(BigDecimal of, BigDecimal part, long whole) {
        return whole == 0 ? BigDecimal.ZERO : of.multiply(part).divide(BigDecimal.valueOf(whole), PRECISION);
    }
}
