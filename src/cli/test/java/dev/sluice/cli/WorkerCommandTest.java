package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.worker.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCommandTest {
    private static final Path BUNDLE = Path.of("models/bundles/glyphs-adm");

    @TempDir
    private Path folder = Path.of("");

    private Path bundle = Path.of("");

    @BeforeEach
    void copyBundle() throws IOException {
        bundle = Files.createDirectory(folder.resolve("bundle"));
        for (String file : new String[] {"bundle.json", "denoiser.pt", "guide.pt", "auditor.pt"}) {
            Files.copy(BUNDLE.resolve(file), bundle.resolve(file));
        }
    }

    @Test
    void doesNotStartWithAModuleOfTheWrongChecksumAndSaysWhich() throws IOException {
        byte[] bytes = Files.readAllBytes(bundle.resolve("guide.pt"));
        bytes[bytes.length / 2] ^= 1;
        Files.write(bundle.resolve("guide.pt"), bytes);

        CommandRun run = start();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("guide: guide.pt has checksum").doesNotContain("auditor");
    }

    @Test
    void doesNotStartWithAMissingModuleAndSaysWhich() throws IOException {
        Files.delete(bundle.resolve("denoiser.pt"));

        CommandRun run = start();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("denoiser: denoiser.pt is missing");
    }

    @Test
    void listsWhatIsWrongWithTheConfigurationAtOnce() throws IOException {
        Path config = folder.resolve("wrong.yaml");
        Files.writeString(config, "bundels: x\nengine:\n  threads: 0\n");

        CommandRun run = CommandRun.of("worker", "--config", config.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "bundels: no such key",
                        "engine.threads: must be",
                        "s3.bucket: must be set",
                        "SLUICE_S3_BUCKET");
    }

    @Test
    void doesNotStartWithABundleThatNoPriceHoldsFor() throws IOException {
        CommandRun run =
                start("prices: [{sku: gpu, per-device-second: 1, currency: USD, from: 2026-01-01, model: other}]");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("prices: no price holds now", "for bundle glyphs-adm");
    }

    @Test
    void listsItsKeys() {
        CommandRun run = CommandRun.of("worker", "--keys");

        assertThat(run.exitCode()).isZero();
        ConfigKey.ALL.forEach(key -> assertThat(run.out()).contains(key.name(), key.variable()));
    }

    @Test
    void listsItsKeysAsJson() throws IOException {
        JsonNode keys = new JsonMapper()
                .readTree(CommandRun.of("worker", "--keys", "--json").out());

        assertDocumented("worker-keys", keys);
        assertThat(keys).hasSameSizeAs(ConfigKey.ALL);
        assertThat(keys.get(0).get("name").textValue())
                .isEqualTo(ConfigKey.ALL.getFirst().name());
    }

    private CommandRun start(String... more) throws IOException {
        Path config = folder.resolve("worker.yaml");
        Files.writeString(config, """
                bundles: ["%s"]
                kafka.bootstrap-servers: 127.0.0.1:1
                registry.url: http://127.0.0.1:1
                s3.bucket: images
                s3.endpoint: http://127.0.0.1:1
                s3.access-key: nobody
                s3.secret-key: nothing
                """.formatted(bundle) + String.join("\n", more));
        return CommandRun.of("worker", "--config", config.toString());
    }
}
