package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.StaticOption.Absent;
import dev.sluice.bench.StaticOption.Command;
import dev.sluice.bench.Traffic.StepRange;
import dev.sluice.request.GenerationRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against servers that are a line of shell each. */
class StaticRivalTest {
    private static final RowCosts COSTS = new RowCosts(1e6, 1e6);

    @TempDir
    private Path folder = Path.of("");

    private final TinyBundle tiny = new TinyBundle();
    private final Plans plans = new Plans(tiny.manifest());
    private final List<GenerationRequest> slice = new Traffic(tiny.manifest(), true, new StepRange(10, 40), 1).next(2);
    private final EvaluatedRows planned = plans.rows(slice);
    private final Turn engine = new Turn(2_000_000_000L, planned.denoiser(), planned.guide());

    @Test
    void comparesTheTimesOfTheSameWork() {
        assertThat(against(answering(planned.denoiser(), planned.guide())))
                .isInstanceOfSatisfying(Figure.Measured.class, measured -> {
                    assertThat(measured.value()).isEqualTo(2);
                    assertThat(measured.spread().median()).isEqualTo(2);
                });
    }

    @Test
    void refusesToCompareOtherWork() {
        assertThat(against(answering(planned.denoiser() - 1, planned.guide())))
                .isInstanceOfSatisfying(
                        Figure.NotMeasured.class,
                        missing -> assertThat(missing.why()).contains("static server evaluated"));
    }

    @Test
    void serverThatDoesNotStartIsAReason() {
        assertThat(against(shell("echo I have no torch"))).isInstanceOf(Figure.NotMeasured.class);
        assertThat(against(new Command(List.of("sh"), folder.resolve("nowhere"))))
                .isInstanceOf(Figure.NotMeasured.class);
    }

    @Test
    void serverThatEndsInTheMiddleIsAReason() {
        assertThat(against(shell("echo 'ready {}'; read slice; exit 1")))
                .isInstanceOfSatisfying(
                        Figure.NotMeasured.class,
                        missing -> assertThat(missing.why()).contains("in the middle"));
    }

    @Test
    void absenceIsAReason() {
        assertThat(against(new Absent("no Python"))).isEqualTo(new Figure.NotMeasured("no Python"));
    }

    private Figure against(StaticOption option) {
        try (StaticRival rival = StaticRival.of(option, new StaticSlices(plans))) {
            rival.run(slice);
            rival.judge(COSTS, engine);
            return rival.figure(planned, engine);
        }
    }

    private Command answering(long denoiserRows, long guideRows) {
        return shell("echo 'ready {}'; read slice; echo '{\"seconds\":4.0,\"images\":3,\"denoiserRows\":" + denoiserRows
                + ",\"guideRows\":" + guideRows + ",\"denoiserCalls\":5,\"guideCalls\":5,\"more\":1}'; read end");
    }

    private Command shell(String script) {
        return new Command(List.of("sh", "-c", script), folder);
    }
}
