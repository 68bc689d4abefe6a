package dev.sluice.cost;

import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Charges such as workers write: of some tenants, bundles and schedules, with overhead between them. */
final class RandomCharges {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private RandomCharges() {}

    static List<CostIncurred> of(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<CostIncurred> charges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            charges.add(random.nextInt(5) == 0 ? overhead(i, random.nextLong(1L << 36)) : random(i, random));
        }
        return charges;
    }

    private static CostIncurred random(int number, SplittableRandom random) {
        boolean classifier = random.nextBoolean();
        int skipped = random.nextInt(50);
        return compute("r" + number, "tenant-" + random.nextInt(3))
                .setModel(random.nextBoolean() ? "glyphs" : "shapes")
                .setGuidance(classifier ? "CLASSIFIER" : "CLASSIFIER_FREE")
                .setSchedule(skipped == 0 ? "FULL" : "COMPRESS")
                .setSkuId(random.nextInt(4) == 0 ? "large" : "small")
                .setBillingCurrency(random.nextInt(6) == 0 ? "EUR" : "USD")
                .setChargePeriodStart(START.plusSeconds(random.nextLong(10 * 86_400)))
                .setConditionalEvaluations(50)
                .setUnconditionalEvaluations(classifier ? 0 : 50 - skipped)
                .setGuideEvaluations(classifier ? 50 - skipped : 0)
                .setSkippedEvaluations(skipped)
                .setImages(random.nextInt(4))
                .setTags(Map.of("project", "p" + random.nextInt(2), "common", "yes"))
                .build();
    }

    /** A request's charge of some device time, which the caller may set and {@link #priced} then prices. */
    static CostIncurred.Builder compute(String request, String tenant) {
        return priced(1_000_000L + request.hashCode() % 1000, "0.000280000001")
                .setCostId("request:" + request)
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId(tenant)
                .setRequestId(request)
                .setModel("glyphs")
                .setOutcome("COMPLETED");
    }

    static CostIncurred overhead(int sequence, long nanos) {
        return priced(nanos, "0.000280000001")
                .setCostId("overhead:worker/1:" + sequence)
                .setChargeKind(ChargeKind.OVERHEAD)
                .setOutcome("")
                .build();
    }

    /** All of the time in the denoiser but an eighth in the guide. */
    static CostIncurred.Builder priced(long nanos, String perSecond) {
        BigDecimal price = new BigDecimal(perSecond).setScale(Price.UNIT_PRICE_SCALE);
        BigDecimal cost = price.multiply(Price.seconds(nanos));
        return CostIncurred.newBuilder()
                .setWorker("worker")
                .setProcess("worker/1")
                .setChargePeriodStart(START)
                .setChargePeriodEnd(START.plusSeconds(60))
                .setConsumedQuantity(Price.seconds(nanos))
                .setPricingQuantity(Price.seconds(nanos))
                .setListUnitPrice(price)
                .setListCost(cost)
                .setEffectiveCost(cost)
                .setBillingCurrency("USD")
                .setSkuId("small")
                .setDeviceNanos(nanos)
                .setDenoiserNanos(nanos - nanos / 8)
                .setGuideNanos(nanos / 8)
                .setPaddingNanos(0)
                .setRows(1);
    }
}
