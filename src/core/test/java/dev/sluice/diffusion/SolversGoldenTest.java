package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.request.Guidance;
import dev.sluice.request.SamplerSettings.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs with Stable Diffusion's settings against diffusers' schedulers of the same name, every step guided. */
class SolversGoldenTest {
    /** The schedulers work in float32, their tables too; ours are float64. */
    private static final double RELATIVE = 1e-5;

    private static final JsonNode GOLDENS = read();

    static Stream<Arguments> runs() {
        return Stream.of(Kind.DDIM, Kind.PNDM, Kind.DPMPP_2M, Kind.EULER)
                .flatMap(kind -> Stream.of(50, 7).map(steps -> Arguments.of(kind, steps)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void agreesAtEveryEvaluation(Kind kind, int steps) {
        JsonNode golden = GOLDENS.required("runs").required(kind.name().toLowerCase(Locale.ROOT) + "_" + steps);
        float[] means = Golden.floats(GOLDENS.required("means"));
        ClosedFormModel model =
                ClosedFormModel.ofTwoClasses(means, GOLDENS.required("variance").doubleValue());
        SamplingScheduleRun run = new SamplingScheduleRun(model, kind, steps);
        Guidance.ClassifierFree guidance =
                SamplingScheduleRun.full(GOLDENS.required("scale").doubleValue());

        SamplingSchedule samplingSchedule = run.samplingSchedule(guidance);
        assertThat(IntStream.range(0, samplingSchedule.length())
                        .map(i -> samplingSchedule.timestep(samplingSchedule.length() - 1 - i)))
                .containsExactlyElementsOf(Golden.integers(golden.required("timesteps")));
        List<float[]> states = run.states(Golden.floats(GOLDENS.required("initial")), guidance);
        double worst = 0;
        for (int i = 0; i < states.size(); i++) {
            worst = Math.max(
                    worst,
                    relative(
                            states.get(i),
                            Golden.floats(golden.required("states").get(i))));
        }
        assertThat(worst).isLessThan(RELATIVE);
    }

    @Test
    void plmsOfFiftyStepsMakesFiftyOneEvaluations() {
        ClosedFormModel none = (x, alphaBar, conditional) -> x;
        SamplingSchedule samplingSchedule =
                new SamplingScheduleRun(none, Kind.PNDM, 50).samplingSchedule(SamplingScheduleRun.full(7.5));

        assertThat(samplingSchedule.evaluations().conditional()).isEqualTo(51);
        assertThat(samplingSchedule.evaluations().unconditional()).isEqualTo(51);
        assertThat(samplingSchedule.plan().steps()).isEqualTo(50);
    }

    /** Largest difference over the largest value. */
    private static double relative(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int e = 0; e < expected.length; e++) {
            difference = Math.max(difference, Math.abs(actual[e] - expected[e]));
            size = Math.max(size, Math.abs(expected[e]));
        }
        return difference / size;
    }

    private static JsonNode read() {
        try (InputStream json =
                Objects.requireNonNull(SolversGoldenTest.class.getResourceAsStream("/solvers-golden.json"))) {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
