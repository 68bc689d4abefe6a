package dev.sluice.cost;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.PricingUnit;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;

/**
 * What FOCUS asks of one row, as it writes it: empty is null, decimals have a decimal point, times are whole seconds in UTC.
 *
 * @param by the report's dimensions, those of {@link FocusCsv#dimensions} first
 * @param from where the time that was asked for begins; cuts the charge period
 * @param to where it ends, exclusively
 */
record FocusRow(
        CostReport.Line line,
        List<Dimension> by,
        ChargePeriod period,
        FocusSettings settings,
        Instant from,
        Instant to) {
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    private String value(Dimension dimension) {
        for (int i = 0; i < by.size(); i++) {
            if (by.get(i).name().equals(dimension.name())) {
                return line.values().get(i);
            }
        }
        return "";
    }

    String setting(FocusKey key) {
        return settings.get(key);
    }

    /** Null for overhead, and where a charge says no tenant. */
    String tenant() {
        return value(Dimension.TENANT);
    }

    String kind() {
        return value(Dimension.KIND);
    }

    String skuId() {
        return value(Dimension.SKU);
    }

    /** Names one price of a price list for good: another price is another id. */
    String skuPriceId() {
        return skuId() + "/" + unitPrice() + "-" + line.currency() + "/" + value(Dimension.UNIT);
    }

    String skuMeter() {
        return isInPixels() ? "Evaluated pixels" : "Device time";
    }

    String unitPrice() {
        return Decimals.point(new BigDecimal(value(Dimension.PRICE)));
    }

    /** The unit as FOCUS writes it: a number and a plural, where the contract has one word. */
    String pricingUnit() {
        return isInPixels() ? MILLION + " Pixels" : value(Dimension.UNIT);
    }

    private boolean isInPixels() {
        return value(Dimension.UNIT).equals(PricingUnit.MILLION_EVALUATION_PIXELS.focusName());
    }

    String pricingQuantity() {
        return Decimals.point(line.sums().pricingQuantity());
    }

    String consumedQuantity() {
        return Decimals.point(Price.seconds(line.sums().deviceNanos()));
    }

    /** A worker knows of no discount: what is listed is contracted. */
    String listCost() {
        return Decimals.point(line.sums().listCost());
    }

    String effectiveCost() {
        return Decimals.point(line.sums().effectiveCost());
    }

    String description() {
        String what = switch (ChargeKind.valueOf(kind())) {
            case COMPUTE -> "Images made on request";
            case OVERHEAD -> "Idle, warm-up and lost device time";
            case UNKNOWN -> "Device time of an unknown kind";
        };
        return new BigDecimal(value(Dimension.PRICE)).signum() == 0
                ? what + ", at price 0"
                : what + ", at " + value(Dimension.PRICE) + " " + line.currency() + " per "
                        + (isInPixels() ? "million evaluated pixels" : "device second");
    }

    String chargePeriodStart() {
        Instant start = periodStart();
        return written(start.isBefore(from) ? from.truncatedTo(ChronoUnit.SECONDS) : start);
    }

    String chargePeriodEnd() {
        Instant end = period.end(periodStart());
        return written(to.isBefore(end) ? roundedUp(to) : end);
    }

    String billingPeriodStart() {
        return written(ChargePeriod.start(month()));
    }

    String billingPeriodEnd() {
        return written(ChargePeriod.start(month().plusMonths(1)));
    }

    private YearMonth month() {
        return ChargePeriod.monthOf(periodStart());
    }

    private Instant periodStart() {
        return period.start(value(period.dimension()));
    }

    String invoiceId() {
        return setting(FocusKey.INVOICE_ID)
                .replace("{account}", setting(FocusKey.BILLING_ACCOUNT_ID))
                .replace("{month}", month().toString());
    }

    /** The resource is the worker. Which one it was is known only where rows are split by worker. */
    String resourceId() {
        return value(Dimension.WORKER);
    }

    String resourceType() {
        return resourceId().isEmpty() ? "" : "Worker";
    }

    String tags() {
        ObjectNode node = new JsonMapper().createObjectNode();
        new TreeMap<>(line.tags()).forEach(node::put);
        return node.toString();
    }

    /** {@code YYYY-MM-DDTHH:mm:ssZ}. */
    static String written(Instant wholeSecond) {
        return wholeSecond.toString();
    }

    static Instant roundedUp(Instant moment) {
        Instant second = moment.truncatedTo(ChronoUnit.SECONDS);
        return second.equals(moment) ? second : second.plusSeconds(1);
    }
}
