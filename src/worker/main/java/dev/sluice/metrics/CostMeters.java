package dev.sluice.metrics;

import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.math.BigDecimal;

/**
 * What was charged, as the cost topic has it. These are doubles and forget at a restart: for a look at the present, where an
 * invoice is made of the topic. Any thread.
 */
final class CostMeters {
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

    private final MeterRegistry registry;
    private final BoundedNames tenants;

    /**
     * Nothing was charged yet.
     *
     * @param mostTenants that have labels of their own
     */
    CostMeters(MeterRegistry registry, int mostTenants) {
        this.registry = registry;
        tenants = new BoundedNames(mostTenants);
    }

    void incurred(CostIncurred charge) {
        Tags tags = Tags.of(Labels.SKU, charge.getSkuId());
        double seconds =
                BigDecimal.valueOf(charge.getDeviceNanos()).divide(NANOS).doubleValue();
        double cost = charge.getEffectiveCost().doubleValue();
        if (charge.getChargeKind() == ChargeKind.COMPUTE) {
            Tags tenant = tags.and(Labels.TENANT, tenants.label(String.valueOf(charge.getTenantId())));
            count("sluice.charged.device.seconds", "Device time charged to requests", tenant, seconds);
            count(
                    "sluice.cost",
                    "What requests were charged",
                    tenant.and(Labels.CURRENCY, charge.getBillingCurrency()),
                    cost);
        } else {
            count(
                    "sluice.overhead.cost",
                    "Device time that no request answers for, at its price",
                    tags.and(Labels.CURRENCY, charge.getBillingCurrency()),
                    cost);
        }
    }

    private void count(String name, String description, Tags tags, double amount) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment(amount);
    }
}
