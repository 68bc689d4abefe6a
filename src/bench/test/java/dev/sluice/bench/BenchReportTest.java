package dev.sluice.bench;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.bench.Figure.Measured;
import dev.sluice.bench.Figure.NotMeasured;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchReportTest {
    private final ModelFigures shipped = new ModelFigures(
            "glyphs",
            2_500_000,
            Map.of(
                    FigureKind.ENGINE_EFFICIENCY, Measured.median(new Spread(0.96, 0.975, 0.98, 8)),
                    FigureKind.MIXED_VS_BOUND, Measured.median(new Spread(0.9, 0.94, 0.95, 8)),
                    FigureKind.MIXED_VS_STATIC, new NotMeasured("no Python")),
            Optional.of(Measured.median(new Spread(0.9, 0.96, 0.97, 8))),
            List.of(new ScheduleRatios.Row("DiT 22/250", 0.55, 0.544, 1.011, new Spread(1, 1.01, 1.02, 10))),
            List.of("calls of 8"));
    private final ModelFigures larger =
            new ModelFigures("random", 20_000_000, Map.of(), Optional.empty(), List.of(), List.of());
    private final BenchReport report = new BenchReport(
            new Machine("Abacus", 2, 16, "cpu", "Linux 1"),
            new Versions("1.0", "abc", "JVM 25", "2.7.1"),
            List.of(shipped, larger));

    @Test
    void jsonHasEveryFigureOfTheFirstBundleAtTheTop() {
        JsonNode json = report.asJson();
        assertDocumented("bench", json);

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "engineEfficiency",
                        "scheduleRatios",
                        "mixedVsBound",
                        "mixedVsStatic",
                        "constantVsElastic",
                        "paddingShare",
                        "nullModelRequestsPerSecond",
                        "rssGrowthMb",
                        "helpSeconds",
                        "submitCpuSeconds",
                        "machine",
                        "versions",
                        "bundles",
                        "details");
        assertThat(json.get("engineEfficiency").asDouble()).isEqualTo(0.975);
        assertThat(json.get("mixedVsStatic").isNull()).isTrue();
        assertThat(json.get("paddingShare").isNull()).isTrue();
        assertThat(json.at("/scheduleRatios/0").toString())
                .isEqualTo("{\"row\":\"DiT 22/250\",\"measured\":0.55,\"ideal\":0.544,\"ratioToIdeal\":1.011}");
        assertThat(json.at("/bundles/0/name").asText()).isEqualTo("random");
        assertThat(json.at("/bundles/0/parameters").asLong()).isEqualTo(20_000_000);
        assertThat(json.at("/details/mixedVsStatic/notMeasured").asText()).isEqualTo("no Python");
    }

    @Test
    void tableSaysWhatWasMetWhatWasNotAndWhatIsMissing() {
        StringWriter printed = new StringWriter();
        report.print(new PrintWriter(printed), 80);
        String table = printed.toString();

        assertThat(table).contains("Abacus, 2 cores, 16 GB", "abc", "glyphs, 2,500,000 parameters", "calls of 8");
        assertThat(line(table, "bare loop "))
                .contains("≥ 0.9700", "0.9750", "0.9600 … 0.9800")
                .endsWith("yes");
        assertThat(line(table, "with guide")).endsWith("no");
        assertThat(line(table, "DiT 22/250"))
                .contains("0.5500 ÷ 0.5440", "1.0110")
                .endsWith("no");
        assertThat(line(table, "÷ bound")).endsWith("no");
        assertThat(table).contains("mixed: images/s ÷ static batches' not measured: no Python");
        assertThat(table.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    private static String line(String table, String part) {
        return table.lines().filter(line -> line.contains(part)).findFirst().orElseThrow();
    }
}
