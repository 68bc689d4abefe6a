package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneCommandTest {
    @TempDir
    private Path folder;

    @Test
    void tellsAllThatIsWrongBeforeAnythingStarts() {
        Path data = folder.resolve("data");

        CommandRun run = CommandRun.of(
                "standalone",
                "--data",
                data.toString(),
                "--kafka-port",
                "70000",
                "--set",
                "engine.rows-per-cal=4",
                "--set",
                "finish.threads=none",
                "--bundle",
                folder.resolve("nowhere").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .hasSize(5)
                .contains(
                        "the configuration has 4 problems:",
                        "  --kafka-port: must be a whole number from 0 to 65535, not 70000",
                        "  engine.rows-per-cal: no such key; did you mean engine.batch-size?",
                        "  finish.threads: must be a whole number from 1 to 1024, not \"none\"");
        assertThat(run.err()).contains("nowhere: cannot read bundle.json");
        assertThat(data).doesNotExist();
    }
}
