package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Topics;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody who publishes reads where it doesn't work. */
class SubmitCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait"})
    void saysWhatIsWrongWithTheBrokersAddress(String option) throws IOException {
        CommandRun run;
        try (ServerSocket registry = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + registry.getLocalPort();
            run = CommandRun.of(Stream.of("submit", "--label", "seven", "--kafka", "broker", "--registry", url, option)
                    .filter(word -> !word.isEmpty())
                    .toArray(String[]::new));
        }

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--kafka: must be HOST:PORT, not broker").doesNotContain("at org.apache");
    }

    @Test
    void saysThatNobodyTookTheCancellation() throws IOException {
        Path quick = Files.writeString(folder.resolve("client.properties"), "max.block.ms=300\n");

        CommandRun run;
        try (Speaker broker = Speaker.broker();
                Speaker registry = Speaker.registry()) {
            run = CommandRun.of(
                    "cancel",
                    "a-request",
                    "--kafka",
                    "127.0.0.1:" + broker.port(),
                    "--registry",
                    "http://127.0.0.1:" + registry.port(),
                    "--command-config",
                    quick.toString());
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
            run = CommandRun.of(Stream.of(
                            "submit",
                            "--label",
                            "seven",
                            "--kafka",
                            broker,
                            "--registry",
                            "http://" + broker,
                            "--timeout",
                            "1",
                            option)
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

    /** Nothing is published, so it needs no broker. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "submit|prompt has nothing to draw: set --label or --text, or --unconditional for",
                "submit --unconditional --label seven|--unconditional goes with neither --label nor --text",
                "submit --unconditional --guidance classifier-free|--guidance needs a prompt to guide towards: none goes",
                "submit --label seven --schedule compress --guided 10|--schedule needs a --guidance",
                "submit --label seven --scale 3|--scale needs a --guidance",
                "submit --label seven --guidance classifier-free --guided 10|--guided is for --schedule compress or early-stop or uniform, not full",
                "submit --label seven --guidance classifier-free --scale 1|--scale guides nothing at 1.0 under classifier-free",
                "submit --label seven --guidance classifier --scale 0|--scale must be above 0",
                "submit --label seven --sampler pndm --eta 0.5|--eta is DDIM's; PNDM takes none",
                "submit --label seven --guidance classifier-free --schedule compress|--schedule compress needs --guided N",
                "submit --label seven --guidance classifier-free --schedule every-nth|--schedule every-nth needs --stride N",
                "submit --label seven --guidance classifier-free --schedule interval|needs --sigma-high SIGMA",
                "submit --label seven --guidance classifier-free --schedule explicit|needs --timesteps T",
                "submit --label seven --guidance classifier-free --unconditional-denoiser|--unconditional-denoiser can be",
                "submit --text dog --negative cat|--negative needs --guidance classifier-free",
                "submit --label seven --steps 0|--steps must be at least 1"
            })
    void refusesWhatContradictsItselfByTheOptionsName(String arguments, String message) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void leavesNoOptionOfARequestOutSilentlyWhereLinesAreRead() {
        CommandRun run = CommandRun.of("submit", "--stdin", "--label", "seven", "--seed", "1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--label", "--seed", "not with --stdin");
    }

    @Test
    void needsATimeToWait() {
        assertThat(CommandRun.of("submit", "--timeout", "0").err()).contains("--timeout must be at least 1 second");
    }
}
