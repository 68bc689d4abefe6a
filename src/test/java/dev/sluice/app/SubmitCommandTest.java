package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody who publishes reads where it doesn't work. */
class SubmitCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait"})
    void saysWhatIsWrongWithTheBrokersAddress(String option) {
        CommandRun run = option.isEmpty()
                ? CommandRun.of("submit", "--label", "seven", "--kafka", "broker")
                : CommandRun.of("submit", "--label", "seven", "--kafka", "broker", option);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("Invalid url in bootstrap.servers: broker")
                .doesNotContain("at org.apache");
    }

    @Test
    void saysThatNobodyTookTheCancellation() throws IOException {
        Path quick = Files.writeString(folder.resolve("client.properties"), "max.block.ms=300\n");

        CommandRun run =
                CommandRun.of("cancel", "a-request", "--kafka", "127.0.0.1:1", "--command-config", quick.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("not published to generation.cancellations: ")
                .doesNotContain("at dev.sluice");
    }
}
