package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapacityCommandTest {
    private static final List<String> DRAWN = List.of(
            "--rate",
            "5",
            "--span",
            "5m",
            "--mix",
            "share=7,steps=50,guided=10",
            "--mix",
            "share=3,steps=50,guided=50,guidance=classifier,images=2,tenant=b,priority=batch",
            "--gpu-row-ms",
            "2",
            "--slo",
            "p95=30s",
            "--price",
            "0.00028",
            "--keda",
            "--polling",
            "15s,60s");

    @TempDir
    private Path folder;

    @Test
    void printsTheSameDocumentedJsonAgain() throws IOException {
        String printed = run(DRAWN, "--json").out();

        JsonNode report = new JsonMapper().readTree(printed);
        assertDocumented("capacity", report);
        assertThat(report.at("/schedules/1/met").booleanValue()).isTrue();
        assertThat(report.at("/scaled")).hasSize(2);
        assertThat(run(DRAWN, "--json").out()).isEqualTo(printed);
        assertThat(run(DRAWN, "--json", "--seed", "2").out()).isNotEqualTo(printed);
    }

    @Test
    void saysWhichWorkersAreIdleForWantOfAPartition() {
        CommandRun run = CommandRun.of(
                "capacity",
                "--rate",
                "1",
                "--span",
                "1m",
                "--mix",
                "steps=50",
                "--gpu-row-ms",
                "2",
                "--slo",
                "p95=3s",
                "--workers",
                "20");

        assertThat(run.out()).contains("8 of 20 workers have no partition");
    }

    @Test
    void tablesFitATerminal() {
        CommandRun run = run(DRAWN);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(run.out()).contains("fully guided", "as asked", "compressed", "0-4 60/600/60 4/60");
    }

    @Test
    void aTraceIsTheSameAsLinesOfJsonAndAsCsv() throws IOException {
        String json = trace("""
                {"at": "2026-01-01T00:00:00Z", "steps": 50, "guided": 10, "latencySeconds": 1.5}
                {"at": "2026-01-01T00:00:01Z", "steps": 50, "guided": 50, "guidance": "CLASSIFIER_FREE", "images": 3}
                """);
        String csv = trace("at,steps,guided,images,latencySeconds\n5,50,10,,1.5\n6,50,50,3,\n");

        assertThat(json).isEqualTo(csv);
        assertDocumented("capacity", json);
        assertThat(new JsonMapper()
                        .readTree(json)
                        .at("/trace/observed/p50Seconds")
                        .doubleValue())
                .isEqualTo(1.5);
    }

    @Test
    void cellsOfATraceMayBeQuoted() throws IOException {
        String json = trace("{\"at\": 5, \"steps\": 50, \"tenant\": \"a, \\\"b\\\"\"}\n");
        String csv = trace("at,\"steps\", tenant\r\n5,50, \"a, \"\"b\"\"\"\r\n");

        assertThat(csv).isEqualTo(json);
    }

    @Test
    void aTraceMayBeWhatSubmitPrinted() throws IOException {
        JsonNode report = new JsonMapper().readTree(trace("""
                                {"requestId":"a","tenantId":"t","images":[{"index":0}],"bundle":{"name":"glyphs-adm"},\
                                "plan":{"steps":50,"guidedTimesteps":[50,40],"guidance":"CLASSIFIER_FREE"},\
                                "timings":{"acceptedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:00:02.5Z"}}
                                """));

        assertThat(report.at("/models/0/name").textValue()).isEqualTo("glyphs-adm");
        assertThat(report.at("/trace/observed/longestSeconds").doubleValue()).isEqualTo(2.5);
        // 52 rows of 2 ms.
        assertThat(report.at("/schedules/1/rowSeconds").doubleValue()).isEqualTo(0.104);
    }

    @Test
    void rowsMayCostWhatASweepMeasured() throws IOException {
        Path sweep = Files.writeString(folder.resolve("sweep.json"), """
                {"bundles":[{"name":"glyphs-adm","networks":[
                {"network":"denoiser","rows":32,"measured":[{"rows":16,"callMillis":9},{"rows":32,"callMillis":128}]},
                {"network":"guide","rows":8,"measured":[{"rows":8,"callMillis":20}]}]}]}
                """);

        JsonNode report = new JsonMapper()
                .readTree(CommandRun.of(
                                "capacity",
                                "--rate",
                                "1",
                                "--span",
                                "1m",
                                "--mix",
                                "steps=50,model=glyphs-adm",
                                "--sweep",
                                sweep.toString(),
                                "--slo",
                                "p95=30s",
                                "--json")
                        .out());

        assertThat(report.at("/models/0/rowsPerCall").intValue()).isEqualTo(32);
        assertThat(report.at("/models/0/rowMillis").doubleValue()).isEqualTo(4);
        assertThat(report.at("/models/0/guideRowMillis").doubleValue()).isEqualTo(2.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--slo p95=30s | give --trace FILE, or --rate with a --mix",
                "--rate 1 --slo p95=30s | --rate needs a --mix",
                "--rate 1 --mix steps=50 --slo p95=30s | give --gpu-row-ms, or --sweep FILE",
                "--rate 1 --mix step=50 --gpu-row-ms 2 --slo p95=30s | step: no such field; there are share",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95 | must be a target such as p95=30s, not p95",
                "--rate 1 --mix steps=50,guided=60 --gpu-row-ms 2 --slo p95=3s | guided must be from 0 to the 50 steps",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --keda --max-replicas 13 | 13 workers can't share",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --compress-to 2 | --compress-to must be above 0",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --polling 15 | must be a time such as 500ms",
                "--trace none.jsonl --gpu-row-ms 2 --slo p95=3s | --trace: no such file: none.jsonl",
                "--trace none.jsonl --gpu-row-ms 2 --slo p95=3s --span 7d | --span says nothing without --rate",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --hpa-sync 5s | --hpa-sync says nothing without --keda",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --keda --hpa-sync 0s | --hpa-sync must be above 0",
                "--rate 1 --mix steps=50 --gpu-row-ms 2 --slo p95=3s --currency EURO | a currency's code such as EUR, not EURO"
            })
    void saysInASentenceWhatIsWrong(String words, String sentence) {
        List<String> all = new ArrayList<>(List.of("capacity"));
        all.addAll(List.of(words.split(" ", -1)));
        CommandRun run = CommandRun.of(all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(sentence).doesNotContain("at dev.sluice");
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"at\":1,\"steps\":50}\\n{\"at\":2} | line 2: steps: must be given",
                "{\"at\":1,\"steps\":50,\"guidence\":\"none\"} | line 1: guidence: no such field",
                "{\"at\":1,\"steps\":50,\"guided\":5,\"guidance\":\"clasifier\"} | did you mean classifier?",
                "{\"at\":\"noon\",\"steps\":50} | line 1: at: must be seconds, or a time such as 2030-01-31T12:00:00Z, not noon",
                "{\"at\":-1,\"steps\":50} | line 1: at: must be seconds, not -1",
                "at,steps\\n2026-11-30 10:00,50 | line 2: at: must be seconds, or a time such as",
                "at,steps\\n1 | line 2: has 1 fields; the first line names 2",
                "at,step\\n1,2 | line 1: step: no such field",
                "at,tenant\\n1,\"a | line 2: not CSV: ",
                "{\"at\": | line 1: not JSON"
            })
    void saysWhichLineOfATraceIsWrong(String lines, String sentence) throws IOException {
        Path file = Files.writeString(folder.resolve("trace"), lines.replace("\\n", "\n"));
        CommandRun run = CommandRun.of("capacity", "--trace", file.toString(), "--gpu-row-ms", "2", "--slo", "p95=3s");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(sentence);
    }

    private String trace(String lines) throws IOException {
        Path file = Files.writeString(folder.resolve("trace"), lines);
        CommandRun run = CommandRun.of(
                "capacity", "--trace", file.toString(), "--gpu-row-ms", "2", "--slo", "p95=30s", "--json");
        assertThat(run.err()).isEmpty();
        return run.out();
    }

    private static CommandRun run(List<String> words, String... more) {
        List<String> all = new ArrayList<>(List.of("capacity"));
        all.addAll(words);
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray(String[]::new));
    }
}
