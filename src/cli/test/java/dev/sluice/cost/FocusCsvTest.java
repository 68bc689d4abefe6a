package dev.sluice.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FocusCsvTest {
    /** What the model kit runs the specification's validator on. */
    private static final Path VALIDATED = Path.of("models/tests/focus");

    private static final Retained EVERYTHING = Retained.everything("costs");

    @Test
    void hasARowForEachPriceAndItsCostIsPriceTimesQuantity() {
        CostIncurred cheap = RandomCharges.compute("a", "ten\"ant, one")
                .setTags(Map.of("team", "x", "run", "1"))
                .build();
        CostIncurred dear = RandomCharges.priced(5_000_000_000L, "3")
                .setCostId("b")
                .setChargeKind(cheap.getChargeKind())
                .setTenantId(cheap.getTenantId())
                .setRequestId("b")
                .setOutcome("COMPLETED")
                .build();
        CostIncurred again = CostIncurred.newBuilder(cheap)
                .setCostId("c")
                .setTags(Map.of("team", "x", "run", "2"))
                .build();

        List<Map<String, String>> rows =
                rows(csv("tenant,day", Map.of(), List.of(cheap, dear, again, RandomCharges.overhead(1, 77))));

        assertThat(rows).hasSize(3);
        assertThat(rows.get(0)).containsEntry("SubAccountId", "").containsEntry("x_ChargeKind", "OVERHEAD");
        assertThat(rows.get(1))
                .containsEntry("SubAccountId", "ten\"ant, one")
                .containsEntry("SubAccountName", "ten\"ant, one")
                .containsEntry("Tags", "{\"team\":\"x\"}")
                .containsEntry("x_Requests", "2");
        assertThat(rows.get(2))
                .containsEntry("ConsumedQuantity", "5.0")
                .containsEntry("PricingQuantity", "5.0")
                .containsEntry("ListUnitPrice", "3.0")
                .containsEntry("ContractedUnitPrice", "3.0")
                .containsEntry("ListCost", "15.0")
                .containsEntry("ContractedCost", "15.0")
                .containsEntry("BilledCost", "15.0")
                .containsEntry("SkuPriceId", "small/3.0-USD/Device-Seconds")
                .containsEntry("ChargeDescription", "Images made on request, at 3 USD per device second");
    }

    @Test
    void aRowLiesInOneBillingPeriodHoweverItsChargesDo() {
        CostIncurred overMidnight = RandomCharges.compute("a", "tenant")
                .setChargePeriodStart(Instant.parse("2026-01-31T23:59:59.9Z"))
                .setChargePeriodEnd(Instant.parse("2026-02-01T00:00:07.123456Z"))
                .build();
        CostIncurred next = RandomCharges.compute("b", "tenant")
                .setChargePeriodStart(Instant.parse("2026-02-01T00:00:00Z"))
                .build();
        List<CostIncurred> charges = List.of(overMidnight, next);

        for (String by : List.of("tenant", "tenant,hour", "day,hour,month", "month", "tenant,sku")) {
            assertThat(rows(csv(by, Map.of(), charges)))
                    .as(by)
                    .hasSize(2)
                    .allSatisfy(row -> assertThat(row.get("ChargePeriodStart"))
                            .isGreaterThanOrEqualTo(row.get("BillingPeriodStart"))
                            .isLessThan(row.get("ChargePeriodEnd")));
        }
        assertThat(rows(csv("tenant", Map.of(), charges)).getFirst())
                .containsEntry("ChargePeriodStart", "2026-01-31T00:00:00Z")
                .containsEntry("ChargePeriodEnd", "2026-02-01T00:00:00Z")
                .containsEntry("BillingPeriodStart", "2026-01-01T00:00:00Z")
                .containsEntry("BillingPeriodEnd", "2026-02-01T00:00:00Z")
                .containsEntry("InvoiceId", "");
        assertThat(rows(csv("hour", Map.of(), charges)).getFirst())
                .containsEntry("ChargePeriodStart", "2026-01-31T23:00:00Z");
    }

    @Test
    void aPeriodThatWasAskedForCutsTheFirstAndTheLastRow() {
        CostReport report = new CostReport(FocusCsv.dimensions(List.of()));
        report.add(RandomCharges.compute("a", "tenant").build());
        StringWriter text = new StringWriter();
        FocusCsv.print(
                report,
                EVERYTHING,
                FocusSettings.DEFAULT,
                Instant.parse("2025-12-31T00:00:00Z"),
                Instant.parse("2026-01-01T12:00:00.5Z"),
                new PrintWriter(text, true));

        assertThat(rows(text.toString()).getFirst())
                .containsEntry("ChargePeriodStart", "2026-01-01T00:00:00Z")
                .containsEntry("ChargePeriodEnd", "2026-01-01T12:00:01Z");
    }

    @Test
    void whoBillsWhomIsWhatIsSet() {
        Map<String, String> set = new HashMap<>(Map.of("billing-account-id", "acct-7", "provider", "Our Cloud"));
        set.putAll(Map.of("region-id", "eu-1", "region-name", "Europe", "invoice-id", "{account}/{month}"));

        assertThat(rows(csv("worker,tag:team", set, List.of(RandomCharges.overhead(1, 77)))))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("BillingAccountId", "acct-7")
                        .containsEntry("BillingAccountName", "Sluice")
                        .containsEntry("ProviderName", "Our Cloud")
                        .containsEntry("PublisherName", "Sluice")
                        .containsEntry("RegionId", "eu-1")
                        .containsEntry("RegionName", "Europe")
                        .containsEntry("InvoiceId", "acct-7/2026-01")
                        .containsEntry("ResourceId", "worker")
                        .containsEntry("ResourceType", "Worker")
                        .doesNotContainKeys("x_Worker", "x_Tag:team"));
    }

    @Test
    void aSettingThatCantBeIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> FocusSettings.of(Map.of("biling-account-id", "x")))
                .hasMessageContaining("biling-account-id")
                .hasMessageContaining("billing-account-id, billing-account-name");
        assertThatThrownBy(() -> FocusSettings.of(Map.of("provider", " "))).hasMessage("provider must not be empty");
        assertThatThrownBy(() -> FocusSettings.of(Map.of("version", "0.5")))
                .hasMessage("version must be 1.0 or 1.2, not 0.5");
    }

    @Test
    void namesTheColumnsOfTheContractAsTheContractDoes() {
        List<String> contract = CostIncurred.getClassSchema().getFields().stream()
                .map(field -> field.name())
                .filter(name -> Character.isUpperCase(name.charAt(0)))
                .toList();

        assertThat(csv("tenant", Map.of(), List.of()).strip().split(","))
                .containsAll(contract.stream()
                        .filter(name -> !name.equals("AllocatedMethodId"))
                        .toList());
    }

    @Test
    void aPriceOfNothingIsSaid() {
        CostIncurred free = RandomCharges.priced(7_000, "0")
                .setCostId("a")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("tenant")
                .setOutcome("COMPLETED")
                .build();

        assertThat(rows(csv("tenant", Map.of(), List.of(free))).getFirst())
                .containsEntry("ListUnitPrice", "0.0")
                .containsEntry("BilledCost", "0.0")
                .containsEntry("ChargeDescription", "Images made on request, at price 0");
    }

    @Test
    void tellsSinceWhenTheTopicKnows() {
        CostReport report = new CostReport(FocusCsv.dimensions(List.of()));
        report.add(RandomCharges.compute("a", "tenant").build());
        Retained half = new Retained(
                "costs", List.of(new Retained.Partition(1, 17, Instant.parse("2026-03-01T12:00:00.001Z"), false)));
        StringWriter text = new StringWriter();
        FocusCsv.print(report, half, FocusSettings.DEFAULT, Instant.EPOCH, Instant.MAX, new PrintWriter(text, true));

        assertThat(rows(text.toString()).getFirst()).containsEntry("x_KnownSince", "2026-03-01T12:00:01Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"})
    void noCellIsAFormula(String tenant) {
        String text = csv(
                "tenant", Map.of(), List.of(RandomCharges.compute("a", tenant).build()));

        assertThat(text).contains("\r\n").contains(",\"'" + tenant + "\",\"'" + tenant + "\",");
    }

    @Test
    void aNegativeNumberStaysANumber() {
        CostIncurred refund = CostIncurred.newBuilder(
                        RandomCharges.compute("a", "-5").build())
                .setListCost(new BigDecimal("-0.5"))
                .build();

        assertThat(csv("tenant", Map.of(), List.of(refund)))
                .contains(",-5,-5,")
                .contains(",-0.5,")
                .doesNotContain("'");
    }

    /**
     * The kit's {@code test_focus.py} runs the specification's own validator on these files. Where they differ, what is written
     * now lies under {@code target/focus}: look at it, let the validator see it, and copy it.
     */
    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.2"})
    void writesWhatTheValidatorIsRunOn(String version) throws IOException {
        String text = csv("tenant,model,worker", Map.of("version", version), ofEveryKind());
        Path written = Files.createDirectories(Path.of("target/focus")).resolve("costs-" + version + ".csv");
        Files.writeString(written, text);

        assertThat(VALIDATED.resolve(written.getFileName())).hasContent(text);
    }

    private static List<CostIncurred> ofEveryKind() {
        List<CostIncurred> charges = new ArrayList<>(RandomCharges.of(1, 60));
        charges.add(RandomCharges.overhead(1000, 77));
        charges.add(RandomCharges.compute("unknown", "tenant")
                .setChargeKind(ChargeKind.UNKNOWN)
                .build());
        charges.add(RandomCharges.compute("pixels", "=tenant, \"quoted\"\nand broken")
                .setPricingUnit("Million-Evaluation-Pixels")
                .build());
        charges.add(RandomCharges.priced(1_000_000_000, "0")
                .setCostId("free")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("guest")
                .setRequestId("free")
                .setOutcome("NOT_FINITE")
                .build());
        charges.add(RandomCharges.priced(2_000_000_000, "0")
                .setCostId("overhead:worker/1:2000")
                .setChargeKind(ChargeKind.OVERHEAD)
                .setSkuId("unpriced")
                .setOutcome("")
                .build());
        return charges;
    }

    private static String csv(String by, Map<String, String> settings, List<CostIncurred> charges) {
        CostReport report = new CostReport(FocusCsv.dimensions(
                Arrays.stream(by.split(",")).map(Dimension::parse).toList()));
        charges.forEach(report::add);
        StringWriter text = new StringWriter();
        FocusCsv.print(
                report,
                EVERYTHING,
                FocusSettings.of(settings),
                Instant.EPOCH,
                Instant.MAX,
                new PrintWriter(text, true));
        return text.toString();
    }

    /** Rows by the names of the columns. */
    private static List<Map<String, String>> rows(String csv) {
        List<List<String>> lines = cells(csv);
        List<Map<String, String>> rows = new ArrayList<>();
        for (List<String> line : lines.subList(1, lines.size())) {
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < line.size(); i++) {
                row.put(lines.getFirst().get(i), line.get(i));
            }
            rows.add(row);
        }
        return rows;
    }

    private static List<List<String>> cells(String csv) {
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < csv.length(); i++) {
            char next = csv.charAt(i);
            if (next == '"') {
                if (!quoted && !cell.isEmpty()) {
                    cell.append(next);
                }
                quoted = !quoted;
            } else if (quoted || (next != ',' && next != '\r' && next != '\n')) {
                cell.append(next);
            } else if (next != '\r') {
                line.add(cell.toString());
                cell.setLength(0);
                if (next == '\n') {
                    lines.add(List.copyOf(line));
                    line.clear();
                }
            }
        }
        return lines;
    }
}
