package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StartReportTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void saysWhatIsBeingDoneAndForHowLong() {
        try (StartReport report = new StartReport(nanos::get)) {
            assertThat(report.inWords()).containsExactly("the worker is starting");

            String during = report.step(StartReport.Step.VERIFYING, "bundle a", () -> {
                nanos.addAndGet(12_400_000_000L);
                return report.inWords().getFirst();
            });

            assertThat(during).isEqualTo("the worker is starting: verifying bundle a, 12 s so far");
            assertThat(report.inWords()).containsExactly("the worker is starting");
        }
    }

    @Test
    void aStepThatFailsIsWhereTheStartEnded() {
        try (StartReport report = new StartReport(nanos::get)) {
            assertThatThrownBy(() -> report.step(StartReport.Step.LOADING, "bundle a", () -> {
                        throw new IllegalStateException("no room");
                    }))
                    .hasMessage("no room");

            assertThat(report.inWords().getFirst()).startsWith("the worker is starting: loading bundle a");
        }
    }
}
