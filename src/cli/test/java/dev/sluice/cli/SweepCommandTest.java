package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.DocumentedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
    private static final Path BUNDLE = Path.of("models/bundles/glyphs-adm");

    @TempDir
    private Path folder = Path.of("");

    /** Whether anything is in doubt depends on what else this machine does; that the command says which does not. */
    @Test
    void tellsOfEachNetworkWhatItMeasuredAndKeepsWhatIsNotInDoubt() throws IOException {
        CommandRun run = CommandRun.of(
                "sweep", "--bundle", BUNDLE.toString(), "--state", folder.toString(), "--budget", "1", "--json");

        JsonNode report = new JsonMapper().readTree(run.out());
        DocumentedJson.assertDocumented("sweep", report);
        assertDocumented("sweep", report);
        JsonNode networks = report.at("/bundles/0/networks");
        assertThat(networks)
                .extracting(network -> network.path("network").asText())
                .containsExactly("denoiser", "guide");
        assertThat(networks).allSatisfy(network -> {
            assertThat(network.path("measured")).isNotEmpty();
            assertThat(network.path("kept").asBoolean())
                    .isEqualTo(network.path("doubts").isEmpty());
        });
        boolean allKept = networks.get(0).path("kept").asBoolean()
                && networks.get(1).path("kept").asBoolean();
        assertThat(run.exitCode()).isEqualTo(allKept ? 0 : 1);
        String kept = Files.exists(folder.resolve("call-sizes.json"))
                ? Files.readString(folder.resolve("call-sizes.json"))
                : "";
        assertThat(networks)
                .allSatisfy(network -> assertThat(
                                kept.contains("\"" + network.path("network").asText() + "\""))
                        .isEqualTo(network.path("kept").asBoolean()));
    }

    @Test
    void takesBundlesAndStateFromAWorkersFileAndSaysWhatIsWrongWithThem() throws IOException {
        Path file = Files.writeString(folder.resolve("worker.yaml"), "device: tpu\n");

        CommandRun run = CommandRun.of("sweep", "--config", file.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("bundles: must be set (or SLUICE_BUNDLES)")
                .contains("device: must be cpu or gpu:N, not \"tpu\"")
                .doesNotContain("kafka.bootstrap-servers");
    }
}
