package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PlanCommandTest {
    @Test
    void printsTheCompressedPlanAsJson() throws IOException {
        CommandRun run = CommandRun.of(
                "plan",
                "--steps",
                "250",
                "--schedule",
                "compress",
                "--guided",
                "50",
                "--exponent",
                "5",
                "--weight",
                "gap",
                "--json");

        JsonNode plan = new JsonMapper().readTree(run.out());
        assertThat(run.exitCode()).isZero();
        assertDocumented("plan", plan);
        assertThat(plan.get("steps").intValue()).isEqualTo(250);
        assertThat(integers(plan.get("guided"))).isEqualTo(integers(golden().at("/01_eq15_table8/sets/5")));
        List<Integer> weights = new ArrayList<>();
        golden().at("/04_gap_weights/T250_n50_k5_tail0/weights_sampling_order")
                .forEach(pair -> weights.add(pair.get(1).intValue()));
        assertThat(integers(plan.get("weights"))).isEqualTo(weights);
        assertThat(plan.at("/evaluations/denoiserFull").intValue()).isEqualTo(500);
        assertThat(plan.at("/evaluations/denoiserPlanned").intValue()).isEqualTo(282);
        assertThat(plan.at("/evaluations/guide").intValue()).isEqualTo(32);
        assertThat(plan.get("idealRatio").doubleValue()).isEqualTo(282 / 500.0);
    }

    @Test
    void saysWhichValueIsWrong() {
        CommandRun run = CommandRun.of("plan", "--steps", "10", "--scale", "-1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("scale").doesNotContain("at dev.sluice");
    }

    /** The plan is what a worker gives a request with no opinion. */
    @Test
    void plansAsTheBundleSamplesWhereNothingElseIsAskedFor() throws IOException {
        JsonNode shipped =
                new JsonMapper().readTree(CommandRun.of("plan", "--json").out());
        JsonNode other = new JsonMapper()
                .readTree(CommandRun.of("plan", "--bundle", "models/bundles/scenes-sd", "--json")
                        .out());

        assertThat(shipped.get("bundle").textValue()).isEqualTo("glyphs-adm");
        assertThat(shipped.get("sampler").textValue()).isEqualTo("ddpm");
        assertThat(shipped.get("steps").intValue()).isEqualTo(50);
        assertThat(shipped.get("scale").doubleValue()).isEqualTo(3);
        assertThat(other.get("sampler").textValue()).isEqualTo("ddim");
        assertThat(other.get("scale").doubleValue()).isEqualTo(4);
    }

    @Test
    void refusesAnOptionThatTheScheduleDoesNotTake() {
        CommandRun run = CommandRun.of("plan", "--guided", "10");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("--guided is for --schedule compress or early-stop or uniform, not full");
    }

    @Test
    void drawsTheStepsFirstStepFirst() {
        CommandRun run =
                CommandRun.of("plan", "--steps", "10", "--schedule", "compress", "--guided", "4", "--exponent", "2");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("   10 #.#..#.... 1").contains("3 of 10 steps guided");
    }

    @Test
    void countsPndmsSecondEvaluationOfItsFirstStep() throws IOException {
        JsonNode full = new JsonMapper()
                .readTree(CommandRun.of("plan", "--sampler", "pndm", "--steps", "50", "--json")
                        .out());
        JsonNode compressed = new JsonMapper()
                .readTree(CommandRun.of(
                                "plan",
                                "--sampler",
                                "pndm",
                                "--steps",
                                "50",
                                "--schedule",
                                "compress",
                                "--guided",
                                "8",
                                "--json")
                        .out());

        assertThat(full.at("/evaluations/denoiserPlanned").intValue()).isEqualTo(102);
        assertThat(compressed.get("steps").intValue()).isEqualTo(50);
        assertThat(compressed.at("/evaluations/denoiserFull").intValue()).isEqualTo(102);
        assertThat(compressed.at("/evaluations/denoiserPlanned").intValue()).isEqualTo(59);
    }

    @Test
    void showsWhatTheScaleComesTo() throws IOException {
        String[] plan = {
            "plan", "--steps", "10", "--schedule", "compress", "--guided", "4", "--exponent", "2", "--scale", "1.5"
        };
        List<String> whole = new ArrayList<>(List.of(plan));
        whole.addAll(List.of("--cfg-compress", "whole_scale", "--json"));
        JsonNode json = new JsonMapper()
                .readTree(CommandRun.of(whole.toArray(String[]::new)).out());

        assertThat(CommandRun.of(plan).out()).contains("effective scales 2 to 3.5");
        assertThat(json.get("effectiveScales").toString()).isEqualTo("[3,4.5,7.5]");
    }

    @Test
    void saysWhatIsWrongWithAnImpossibleSchedule() {
        CommandRun run = CommandRun.of("plan", "--steps", "10", "--schedule", "compress", "--guided", "40");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("guided");
    }

    private static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(item -> {
            assertThat(item.isIntegralNumber()).isTrue();
            values.add(item.intValue());
        });
        return values;
    }

    private static JsonNode golden() throws IOException {
        try (InputStream stream = Objects.requireNonNull(PlanCommandTest.class.getResourceAsStream("/golden.json"))) {
            return new JsonMapper().readTree(stream);
        }
    }
}
