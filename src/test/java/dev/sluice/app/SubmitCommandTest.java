package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.stream.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
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

        CommandRun run;
        try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            String broker = "127.0.0.1:" + mute.getLocalPort();
            run = CommandRun.of("cancel", "a-request", "--kafka", broker, "--command-config", quick.toString());
        }

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("not published to generation.cancellations: ")
                .contains("security.protocol")
                .doesNotContain("at dev.sluice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait"})
    void givesUpOnBrokersThatDoNotAnswerWhenItsTimeIsOver(String option) throws IOException {
        long started = System.nanoTime();

        CommandRun run;
        try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            String broker = "127.0.0.1:" + mute.getLocalPort();
            run = CommandRun.of(Stream.of("submit", "--label", "seven", "--kafka", broker, "--timeout", "1", option)
                    .filter(word -> !word.isEmpty())
                    .toArray(String[]::new));
        }

        assertThat(run.exitCode()).isEqualTo(1);
        // 15 s and a minute without the option.
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void boundsWhatItsClientsWaitUnlessThePropertiesSayHowLong() {
        Addresses addresses = new Addresses("k:1", "http://r:1", Topics.DEFAULT, Map.of("max.block.ms", "70000"))
                .within(Duration.ofSeconds(10));

        assertThat(addresses.clientProperties())
                .containsEntry("sluice.registry.retry.budget.ms", "10000")
                .containsEntry("default.api.timeout.ms", "10000")
                .containsEntry("delivery.timeout.ms", "10000")
                .containsEntry("request.timeout.ms", "5000")
                .containsEntry("max.block.ms", "70000");
        assertThat(addresses.within(Duration.ofMinutes(10)).clientProperties())
                .containsEntry("sluice.registry.retry.budget.ms", "10000");
    }

    @Test
    void leavesNoOptionOfARequestOutSilentlyWhereLinesAreRead() {
        CommandRun run = CommandRun.of("submit", "--stdin", "--label", "seven", "--seed", "1");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("--label", "--seed", "not with --stdin");
    }

    @Test
    void needsATimeToWait() {
        assertThat(CommandRun.of("submit", "--timeout", "0").err()).contains("--timeout must be at least 1 second");
    }
}
