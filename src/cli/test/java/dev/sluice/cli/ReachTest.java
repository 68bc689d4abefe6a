package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {
    /** Each used to be half a minute of a client's warnings, and a time-out at the end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cost",
                "dlq list",
                "dlq show 0-1",
                "dlq resend --all",
                "partitions --to 4",
                "cancel an-id",
                "submit --label seven",
                "submit --label seven --wait"
            })
    void saysInOneSentenceThatNobodyListens(String command) throws IOException {
        String nobody = "127.0.0.1:" + freePort();

        CommandRun run = CommandRun.of((command + " --kafka " + nobody).split(" "));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("No broker can be reached at " + nobody
                        + " (Connection refused). --kafka says where they are; ./sluice standalone starts one.");
    }

    /** Each used to try for a minute. */
    @ParameterizedTest
    @ValueSource(strings = {"cost", "cancel an-id", "get an-id", "submit --label seven", "submit --label seven --wait"})
    void saysInOneSentenceThatNoRegistryListens(String command) throws IOException {
        String nobody = "127.0.0.1:" + freePort();
        try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of(
                    (command + " --kafka 127.0.0.1:" + broker.getLocalPort() + " --registry http://" + nobody)
                            .split(" "));

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .isEqualToIgnoringNewLines("No schema registry can be reached at " + nobody
                            + " (Connection refused). --registry says where it is.");
        }
    }

    /** Each used to take a quarter of a minute. */
    @ParameterizedTest
    @CsvSource({"HTTP/1.1 400 Bad Request, it speaks something else", "'', it closes the connection"})
    void saysAtOnceThatAListenerIsNoBroker(String answer, String why) throws IOException {
        try (Speaker stranger = new Speaker(answer.getBytes(StandardCharsets.US_ASCII))) {
            CommandRun run = CommandRun.of("dlq", "list", "--kafka", "127.0.0.1:" + stranger.port());

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("Somebody listens, but doesn't answer as a broker at 127.0.0.1:" + stranger.port()
                            + " (" + why + "): is --kafka right");
        }
    }

    /** A minute, with --wait. */
    @Test
    void saysAtOnceThatAListenerIsNoRegistry() throws IOException {
        try (Speaker broker = Speaker.broker();
                Speaker stranger = Speaker.http("404 Not Found", "text/html", "hi")) {
            CommandRun run = CommandRun.of(
                    "submit",
                    "--label",
                    "seven",
                    "--wait",
                    "--kafka",
                    "127.0.0.1:" + broker.port(),
                    "--registry",
                    "http://127.0.0.1:" + stranger.port());

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("Somebody listens, but doesn't answer as a schema registry: ")
                    .contains("answered 404", "no JSON but text/html", "--registry says where it is");
        }
    }

    @Test
    void saysOfAMuteRegistryThatItIsMuteAsSoonAsTheTimeoutEnds() throws IOException {
        try (Speaker broker = Speaker.broker();
                ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            String registry = "http://127.0.0.1:" + mute.getLocalPort();
            CommandRun run = CommandRun.of(
                    "submit",
                    "--label",
                    "seven",
                    "--timeout",
                    "1",
                    "--kafka",
                    "127.0.0.1:" + broker.port(),
                    "--registry",
                    registry);

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .isEqualToIgnoringNewLines("Somebody listens, but doesn't answer as a schema registry: " + registry
                            + ": no answer in time. --registry says where it is.");
        }
    }

    @Test
    void goesOnWhereOneOfSeveralListens() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatCode(() -> Reach.requireBrokers(
                            "127.0.0.1:" + freePort() + ", [::ffff:127.0.0.1]:" + listening.getLocalPort()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void namesEveryAddressThatRefused() throws IOException {
        String first = "127.0.0.1:" + freePort();
        assertThatThrownBy(() -> Reach.requireBrokers(first + ",no-such-host.invalid:9092"))
                .hasMessageContainingAll(first + " (Connection refused)", "no-such-host.invalid:9092 (unknown host)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "broker", "broker:", ":9092", "broker:many", "broker:70000", "PLAINTEXT"})
    void refusesAddressesThatAreNone(String address) {
        assertThatThrownBy(() -> Reach.requireBrokers(address))
                .isInstanceOf(Main.WrongUsage.class)
                .hasMessage("--kafka: must be HOST:PORT, not " + (address.isEmpty() ? "empty" : address));
    }

    @Test
    void takesAddressesWithTheirProtocolAsKafkasClientsDo() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatCode(() -> Reach.requireBrokers("PLAINTEXT://127.0.0.1:" + listening.getLocalPort() + ","))
                    .doesNotThrowAnyException();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return taken.getLocalPort();
        }
    }
}
