package dev.sluice.chaos.checker;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.ChaosPlan;
import dev.sluice.chaos.ChaosReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChaosReportTest {
    private final RunScript bad = RunScript.good();

    @Test
    void itsJsonIsDocumented() {
        assertDocumented("chaos", report(RunScript.good().judge()).asJson());
        bad.outcomes.clear();
        assertDocumented("chaos", report(bad.judge()).asJson());
    }

    @Test
    void fitsATerminal() {
        bad.outcomes.clear();

        assertThat(report(bad.judge()).summary().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    private static ChaosReport report(Verdict verdict) {
        Map<String, ChaosReport.Struck> struck = ChaosPlan.allFaults().stream()
                .collect(Collectors.toMap(
                        fault -> fault, fault -> new ChaosReport.Struck(123, 99, Duration.ofMillis(123_456))));
        return new ChaosReport(
                new ChaosPlan(500, Duration.ofMinutes(5), 7, 3, List.of(), Path.of("bundle"), Path.of("run")),
                Duration.ofSeconds(345),
                struck,
                Map.of(0, 5, 1, 2, 137, 99),
                List.of("request-1 of tenant-1", "request-2 of tenant-2", "request-3 of tenant-3", "poison-4"),
                1,
                1,
                1,
                verdict);
    }
}
