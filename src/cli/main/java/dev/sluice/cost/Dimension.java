package dev.sluice.cost;

import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What charges may be grouped by.
 *
 * @param name as it is asked for
 * @param of a charge's value; empty where it has none
 */
public record Dimension(String name, Function<CostIncurred, String> of) {
    /**
     * What people are shown for the tenant of time that no request answers for. It is no value: overhead's tenant is
     * empty.
     */
    static final String OVERHEAD = "(overhead)";

    private static final String TAG = "tag:";

    static final Dimension TENANT =
            new Dimension("tenant", charge -> isOverhead(charge) ? "" : orEmpty(charge.getTenantId()));
    static final Dimension SKU = new Dimension("sku", CostIncurred::getSkuId);
    static final Dimension KIND =
            new Dimension("kind", charge -> charge.getChargeKind().name());
    static final Dimension UNIT = new Dimension("unit", CostIncurred::getPricingUnit);
    static final Dimension WORKER = new Dimension("worker", CostIncurred::getWorker);
    static final Dimension PRICE = new Dimension("price", charge -> Decimals.plain(charge.getListUnitPrice()));

    /** The dimensions that every charge has. */
    private static final List<Dimension> ALL = List.of(
            TENANT,
            new Dimension("model", charge -> orEmpty(charge.getModel())),
            SKU,
            new Dimension("guidance", CostIncurred::getGuidance),
            new Dimension("schedule", CostIncurred::getSchedule),
            new Dimension("outcome", CostIncurred::getOutcome),
            KIND,
            WORKER,
            new Dimension("process", CostIncurred::getProcess),
            new Dimension(
                    "hour",
                    charge -> charge.getChargePeriodStart()
                            .truncatedTo(ChronoUnit.HOURS)
                            .toString()),
            new Dimension("day", charge -> utcDay(charge).toString()),
            new Dimension("month", charge -> YearMonth.from(utcDay(charge)).toString()),
            UNIT,
            PRICE);

    /** Every name there is, for a message. */
    public static String names() {
        return ALL.stream().map(Dimension::name).collect(Collectors.joining(", ")) + ", " + TAG + "NAME";
    }

    /**
     * The dimension of a name.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static Dimension parse(String name) {
        if (name.startsWith(TAG) && name.length() > TAG.length()) {
            String tag = name.substring(TAG.length());
            return new Dimension(name, charge -> charge.getTags().getOrDefault(tag, ""));
        }
        return ALL.stream()
                .filter(dimension -> dimension.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no dimension \"" + name + "\"; there are " + names()));
    }

    boolean isTag() {
        return name.startsWith(TAG);
    }

    static boolean isOverhead(CostIncurred charge) {
        return charge.getChargeKind() == ChargeKind.OVERHEAD;
    }

    private static LocalDate utcDay(CostIncurred charge) {
        return charge.getChargePeriodStart().atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private static String orEmpty(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
