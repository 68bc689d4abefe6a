package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.SamplerSettings.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which timesteps each sampler visits, and where it ends. */
class TrainedProcessTest {
    private static final TrainedProcess EVEN = TrainedProcess.evenly(BetaSchedule.COSINE, 1000);
    private static final TrainedProcess STABLE_DIFFUSION = SamplingScheduleRun.STABLE_DIFFUSION;

    @Test
    void spacingIsTheFamilysButForDpmSolver() {
        for (Kind kind : List.of(Kind.DDPM, Kind.DDIM, Kind.PNDM, Kind.EULER)) {
            assertThat(timesteps(EVEN, kind, 5)).as("%s", kind).containsExactly(0, 250, 500, 749, 999);
            assertThat(timesteps(STABLE_DIFFUSION, kind, 5)).as("%s", kind).containsExactly(1, 201, 401, 601, 801);
        }
        for (TrainedProcess process : List.of(EVEN, STABLE_DIFFUSION)) {
            assertThat(timesteps(process, Kind.DPMPP_2M, 5)).containsExactly(200, 400, 599, 799, 999);
        }
    }

    @Test
    void onlyDdimAndPndmStopAtTheFirstTrainingStepsNoise() {
        double first =
                DiffusionTables.evenly(BetaSchedule.SCALED_LINEAR, 1000, 1000).alphaBar(0);
        for (Kind kind : Kind.values()) {
            boolean stops = kind == Kind.DDIM || kind == Kind.PNDM;
            assertThat(STABLE_DIFFUSION.tables(kind, 5).alphaBarPrevious(0)).isEqualTo(stops ? first : 1);
            assertThat(EVEN.tables(kind, 5).alphaBarPrevious(0)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"DDIM, 999, 1000", "PNDM, 999, 1000", "DPMPP_2M, 999, 1000", "DDPM, 1, 0"})
    void stepsThatDoNotFitAreRefused(Kind kind, int possible, int impossible) {
        assertThat(timesteps(STABLE_DIFFUSION, kind, possible))
                .hasSize(possible)
                .allMatch(timestep -> timestep >= 1 && timestep < 1000);
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> STABLE_DIFFUSION.tables(kind, impossible))
                .satisfies(refused -> assertThat(refused.field()).isEqualTo("sampler.steps"));
    }

    @Test
    void offsetIsZeroOrOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrainedProcess(BetaSchedule.LINEAR, 1000, Spacing.LEADING, 2, FinalAlphaBar.ONE));
    }

    private static List<Integer> timesteps(TrainedProcess process, Kind kind, int steps) {
        DiffusionTables tables = process.tables(kind, steps);
        return IntStream.range(0, steps).mapToObj(tables::originalTimestep).toList();
    }
}
