package dev.sluice.cost;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostReportTest {
    private static final List<String> GROUPINGS = List.of(
            "tenant",
            "tenant,model",
            "sku,schedule,day",
            "month",
            "guidance,outcome,kind",
            "tag:project",
            "tag:none,hour");

    private static final Retained EVERYTHING = Retained.everything("costs");

    /** Retention of two partitions, one of which has lost its first records. */
    private static final Retained HALF =
            new Retained("costs", List.of(new Retained.Partition(1, 17, Instant.parse("2026-03-01T12:00:00Z"), false)));

    /** The sums that must not depend on how charges are grouped. */
    private record Whole(
            long requests,
            long images,
            long nanos,
            long evaluations,
            long skipped,
            BigDecimal list,
            BigDecimal effective) {
        static final Whole NOTHING = new Whole(0, 0, 0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO);

        Whole plus(Sums sums) {
            return new Whole(
                    requests + sums.requests(),
                    images + sums.images(),
                    nanos + sums.deviceNanos(),
                    evaluations + sums.evaluations(),
                    skipped + sums.skippedEvaluations(),
                    list.add(sums.listCost()),
                    effective.add(sums.effectiveCost()));
        }

        static Map<String, Whole> of(List<CostReport.Line> lines) {
            Map<String, Whole> wholes = new TreeMap<>();
            lines.forEach(line -> wholes.compute(
                    line.currency(), (currency, whole) -> (whole == null ? NOTHING : whole).plus(line.sums())));
            return wholes;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void sumsOverAnyGroupingEqualTheTotal(long seed) {
        List<CostIncurred> charges = RandomCharges.of(seed, 400);
        Map<String, Whole> expected = new TreeMap<>();
        charges.forEach(charge -> expected.compute(
                charge.getBillingCurrency(),
                (currency, whole) -> (whole == null ? Whole.NOTHING : whole).plus(Sums.of(charge))));

        for (String grouping : GROUPINGS) {
            CostReport report = report(grouping, charges);

            assertThat(Whole.of(report.lines())).as(grouping).isEqualTo(expected);
            assertThat(Whole.of(report.totals())).as(grouping).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatGroupsSavedAddsUpToWhatAllSaved(long seed) {
        List<CostIncurred> charges = RandomCharges.of(seed, 400);
        BigDecimal reference = savedCost(report("tenant", charges).totals());
        assertThat(reference).isPositive();

        for (String grouping : GROUPINGS) {
            CostReport report = report(grouping, charges);
            assertThat(savedCost(report.lines())).as(grouping).isCloseTo(reference, within(new BigDecimal("1e-25")));
        }
    }

    @Test
    void aSkippedEvaluationIsWorthWhatTheBundlesOwnTook() {
        // 1 denoiser second over 10 evaluations, at 2 a second; the charge costs 2.
        CostIncurred full = RandomCharges.priced(1_000_000_000, "2")
                .setCostId("request:full")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("rich")
                .setRequestId("full")
                .setModel("glyphs")
                .setGuidance("CLASSIFIER_FREE")
                .setOutcome("COMPLETED")
                .setDenoiserNanos(1_000_000_000)
                .setGuideNanos(0)
                .setConditionalEvaluations(5)
                .setUnconditionalEvaluations(5)
                .build();
        CostIncurred compressed = CostIncurred.newBuilder(full)
                .setCostId("request:compressed")
                .setTenantId("thrifty")
                .setUnconditionalEvaluations(1)
                .setSkippedEvaluations(4)
                .setConditionalEvaluations(9)
                .build();
        CostIncurred elsewhere = CostIncurred.newBuilder(full)
                .setCostId("request:elsewhere")
                .setTenantId("other")
                .setModel("slow")
                .setDenoiserNanos(900)
                .build();

        List<CostReport.Line> lines =
                report("tenant", List.of(full, compressed, elsewhere)).lines();

        assertThat(lines).extracting(line -> line.values().getFirst()).containsExactly("other", "rich", "thrifty");
        assertThat(lines.get(1).saved().seconds()).isZero();
        assertThat(lines.get(2).saved().seconds()).isEqualByComparingTo("0.4");
        assertThat(lines.get(2).saved().cost()).isEqualByComparingTo("0.8");
    }

    @Test
    void anEvaluationIsWorthTheSameHoweverEmptyItsCallsWere() {
        CostIncurred busy = RandomCharges.priced(1_000_000_000, "2")
                .setCostId("request:a")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("tenant")
                .setModel("glyphs")
                .setGuidance("CLASSIFIER_FREE")
                .setOutcome("COMPLETED")
                .setDenoiserNanos(1_000_000_000)
                .setGuideNanos(0)
                .setConditionalEvaluations(8)
                .setUnconditionalEvaluations(2)
                .setSkippedEvaluations(6)
                .build();
        // The same rows, each alone in a call of four: three quarters of the time are padding.
        CostIncurred alone = CostIncurred.newBuilder(busy)
                .setDeviceNanos(4_000_000_000L)
                .setDenoiserNanos(4_000_000_000L)
                .setPaddingNanos(3_000_000_000L)
                .setEffectiveCost(busy.getEffectiveCost().multiply(BigDecimal.valueOf(4)))
                .build();

        Saved saved = report("tenant", List.of(busy)).totals().getFirst().saved();

        assertThat(saved.seconds()).isEqualByComparingTo("0.6");
        assertThat(saved.cost()).isEqualByComparingTo("1.2");
        assertThat(report("tenant", List.of(alone)).totals().getFirst().saved())
                .usingRecursiveComparison()
                .withComparatorForType(BigDecimal::compareTo, BigDecimal.class)
                .isEqualTo(saved);
    }

    @Test
    void whereNoneWasMeasuredNothingIsSaidToBeSaved() {
        CostIncurred charge = RandomCharges.compute("a", "tenant")
                .setGuidance("CLASSIFIER")
                .setConditionalEvaluations(50)
                .setSkippedEvaluations(50)
                .build();
        CostReport report = report("tenant", List.of(charge));

        assertThat(report.totals().getFirst().saved()).isEqualTo(new Saved(BigDecimal.ZERO, BigDecimal.ZERO, 50));
        assertThat(table(report)).contains("50 skipped evaluations are in no saving");
    }

    @Test
    void aPricedEvaluationIsSavedAtItsPrice() {
        CostIncurred charge = RandomCharges.compute("a", "tenant")
                .setGuidance("CLASSIFIER_FREE")
                .setPricingUnit("Million-Evaluation-Pixels")
                .setConditionalEvaluations(50)
                .setUnconditionalEvaluations(10)
                .setSkippedEvaluations(40)
                .setEffectiveCost(new BigDecimal("6").setScale(21))
                .build();

        assertThat(report("tenant", List.of(charge)).totals().getFirst().saved().cost())
                .isEqualByComparingTo("4");
    }

    @Test
    void aRepeatIsNotCountedAgain() {
        CostIncurred charge = RandomCharges.compute("a", "tenant").build();

        assertThat(report("tenant", List.of(charge, charge))
                        .totals()
                        .getFirst()
                        .sums()
                        .requests())
                .isEqualTo(1);
    }

    @Test
    void jsonKeepsEveryDigit() throws IOException {
        CostReport report = report("tenant,model", RandomCharges.of(3, 50));
        JsonNode json = new JsonMapper().readTree(CostJson.of(report, EVERYTHING, Instant.EPOCH));
        assertDocumented("cost", json);
        assertDocumented("cost", CostJson.of(report, HALF, Instant.EPOCH));

        BigDecimal lines = BigDecimal.ZERO;
        for (JsonNode line : json.get("lines")) {
            assertThat(line.get("listCost").isTextual()).isTrue();
            lines = lines.add(new BigDecimal(line.get("listCost").textValue()));
        }
        BigDecimal totals = BigDecimal.ZERO;
        for (JsonNode line : json.get("totals")) {
            totals = totals.add(new BigDecimal(line.get("listCost").textValue()));
        }
        assertThat(lines).isEqualByComparingTo(totals);
        assertThat(json.get("by")).hasSize(2);
        assertThat(json.at("/lines/0/tenant").isNull()).isTrue();
        assertThat(json.at("/known/complete").booleanValue()).isTrue();
        assertThat(json.at("/known/since").isNull()).isTrue();
    }

    @Test
    void theTableEndsWithATotalOfEachCurrency() {
        CostReport report = report("tenant", RandomCharges.of(5, 100));

        assertThat(table(report)
                        .lines()
                        .filter(line -> line.startsWith("total"))
                        .toList())
                .satisfiesExactly(
                        euro -> assertThat(euro).contains("EUR"),
                        dollar -> assertThat(dollar).contains("USD"));
    }

    @Test
    void theTableFitsATerminal() {
        StringWriter text = new StringWriter();
        CostTable.print(
                report("tenant,model,schedule", RandomCharges.of(5, 100)),
                HALF,
                Instant.EPOCH,
                80,
                new PrintWriter(text, true));

        assertThat(text.toString().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .anySatisfy(line -> assertThat(line).contains("saved cost"));
    }

    @Test
    void aPriceOfNothingIsSaid() throws IOException {
        CostIncurred free = RandomCharges.priced(1_500_000_000, "0")
                .setCostId("free")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("guest")
                .setOutcome("COMPLETED")
                .build();
        CostIncurred meant = CostIncurred.newBuilder(free)
                .setCostId("meant")
                .setSkuId("unpriced")
                .build();
        CostReport report = report("tenant", List.of(free, meant));

        assertThat(table(report)).contains("Price 0: 1.5 of 3 device s were charged at a price of 0");
        assertThat(new JsonMapper()
                        .readTree(CostJson.of(report, EVERYTHING, Instant.EPOCH))
                        .at("/lines/0/freeDeviceSeconds")
                        .textValue())
                .isEqualTo("1.5");
        assertThat(table(report("tenant", RandomCharges.of(5, 100)))).doesNotContain("Price 0");
    }

    @Test
    void everyFormatTellsSinceWhenTheTopicKnows() throws IOException {
        CostReport report =
                report("tenant", List.of(RandomCharges.compute("a", "tenant").build()));
        Instant before = Instant.parse("2026-02-01T00:00:00Z");
        Instant after = Instant.parse("2026-03-02T00:00:00Z");

        assertThat(table(report, HALF, before))
                .contains("Charges before 2026-03-01T12:00:00Z are NOT all known")
                .contains("partition 1 of costs");
        assertThat(table(report, HALF, after)).contains("Every charge since 2026-03-01T12:00:00Z is known");
        assertThat(table(report)).doesNotContain("known");
        JsonNode known =
                new JsonMapper().readTree(CostJson.of(report, HALF, before)).get("known");
        assertThat(known.get("complete").booleanValue()).isFalse();
        assertThat(known.get("since").textValue()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(known.at("/shortened/0/firstOffset").longValue()).isEqualTo(17);
    }

    @Test
    void aPeriodIsCoveredFromTheFirstRecordOfThePartitionThatLostMost() {
        Instant first = Instant.parse("2026-03-01T00:00:00Z");
        Retained retained = new Retained(
                "costs",
                List.of(
                        new Retained.Partition(0, 5, first, false),
                        new Retained.Partition(3, 9, first.plusSeconds(60), true)));

        assertThat(retained.since()).contains(first.plusSeconds(60));
        assertThat(retained.covers(first.plusSeconds(59))).isFalse();
        assertThat(retained.covers(first.plusSeconds(60))).isTrue();
        assertThat(EVERYTHING.covers(Instant.EPOCH)).isTrue();
    }

    @Test
    void aTenantWithAnyNameIsOneLineAndNeverTheOverhead() throws IOException {
        List<CostIncurred> charges = List.of(
                RandomCharges.compute("a", "(overhead)").build(),
                RandomCharges.compute("b", "total").build(),
                RandomCharges.compute("c", "evil\n(overhead)\u001b[2J\u202e").build(),
                RandomCharges.overhead(1, 77));
        CostReport report = report("tenant", charges);

        assertThat(table(report).lines().map(line -> line.substring(0, line.indexOf("  "))))
                .containsExactly(
                        "tenant",
                        "(overhead)",
                        "\"(overhead)\"",
                        "evil\\n(overhead)\\u001b[2J\\u202e",
                        "\"total\"",
                        "total");
        JsonNode lines = new JsonMapper()
                .readTree(CostJson.of(report, EVERYTHING, Instant.EPOCH))
                .get("lines");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0).get("tenant").isNull()).isTrue();
        assertThat(lines.get(0).get("requests").longValue()).isZero();
        assertThat(lines.get(1).get("tenant").textValue()).isEqualTo("(overhead)");
        assertThat(lines.get(1).get("requests").longValue()).isEqualTo(1);
    }

    @Test
    void anUnknownDimensionIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> Dimension.parse("tennant")).hasMessageContaining("tenant, model, sku");
        assertThatThrownBy(() -> Dimension.parse("tag:")).isInstanceOf(IllegalArgumentException.class);
    }

    private static CostReport report(String by, List<CostIncurred> charges) {
        CostReport report = new CostReport(
                Arrays.stream(by.split(",")).map(Dimension::parse).toList());
        charges.forEach(report::add);
        return report;
    }

    private static BigDecimal savedCost(List<CostReport.Line> lines) {
        return lines.stream().map(line -> line.saved().cost()).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static String table(CostReport report) {
        return table(report, EVERYTHING, Instant.EPOCH);
    }

    private static String table(CostReport report, Retained retained, Instant from) {
        StringWriter text = new StringWriter();
        CostTable.print(report, retained, from, 400, new PrintWriter(text, true));
        return text.toString();
    }
}
