package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.cli.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every figure once, on the bundle that ships with the repository. Judges no target: it runs beside other work. */
class BenchCommandIT {
    @Test
    void quickRunMeasuresEveryFigure() throws JsonProcessingException {
        CommandRun run = CommandRun.of("bench", "--quick", "--json", "--bundles", "models/bundles/glyphs-adm");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode json = new JsonMapper().readTree(run.out());
        for (String figure :
                new String[] {"engineEfficiency", "mixedVsBound", "constantVsElastic", "nullModelRequestsPerSecond"}) {
            assertThat(json.get(figure).asDouble()).as(figure).isPositive();
        }
        assertThat(json.get("scheduleRatios")).hasSize(10);
        for (JsonNode row : json.get("scheduleRatios")) {
            assertThat(row.get("measured").asDouble()).as(row.toString()).isPositive();
            assertThat(row.get("ideal").asDouble()).as(row.toString()).isBetween(0.4, 1.0);
            assertThat(row.get("ratioToIdeal").asDouble()).as(row.toString()).isPositive();
        }
        assertThat(json.get("rssGrowthMb").isNumber()).isTrue();
        assertThat(json.has("helpSeconds")).isTrue();
        assertThat(json.has("submitCpuSeconds")).isTrue();
        assertThat(json.has("mixedVsStatic")).isTrue();
        assertThat(json.at("/machine/cores").asInt()).isPositive();
        assertThat(json.at("/versions/libtorch").asText()).isNotEmpty();
        assertThat(json.get("bundles")).isEmpty();
    }

    @Test
    void unknownFigureIsWrongUsage() {
        CommandRun run = CommandRun.of("bench", "--only", "elegance");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("no figure elegance", "engineEfficiency");
    }

    @ParameterizedTest
    @CsvSource({"--requests,-3", "--threads,0", "--batch-size,0", "--device,tpu"})
    void wrongValueIsWrongUsage(String option, String value) {
        CommandRun run = CommandRun.of("bench", option, value);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(option + " is", "not " + value);
    }
}
