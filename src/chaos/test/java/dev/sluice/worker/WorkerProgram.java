package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.chaos.surroundings.ChildJvm;
import dev.sluice.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;

/**
 * {@code sluice worker} in a process of its own, as a container runs it: started from a file, asked over HTTP, stopped by a
 * signal. What it says goes to {@code worker.log} in its folder. Used by one thread.
 */
final class WorkerProgram implements AutoCloseable {
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);
    private static final int UNSAFE_FLAG_SINCE = 24;

    private final Path folder;
    private final int port;
    private final Process process;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_PATIENCE).build();

    private WorkerProgram(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /**
     * Returns when the process exists.
     *
     * @param settings configuration keys; port and state directory are set here
     */
    static WorkerProgram start(Path folder, Map<String, String> settings) throws IOException {
        Files.createDirectories(folder);
        int port = freePort();
        Map<String, String> all = new HashMap<>(settings);
        all.put("http.port", String.valueOf(port));
        all.putIfAbsent("state-directory", folder.resolve("state").toString());
        Path file = folder.resolve("worker.yaml");
        Files.writeString(
                file,
                all.entrySet().stream()
                        .map(entry -> entry.getKey() + ": '" + entry.getValue() + "'\n")
                        .collect(Collectors.joining()));
        ProcessBuilder builder = new ProcessBuilder(
                        ChildJvm.command(Main.class, jvmOptions(), List.of("worker", "--config", file.toString())))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("worker.log").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        return new WorkerProgram(folder, port, builder.start());
    }

    private static List<String> jvmOptions() {
        List<String> usual = List.of(
                "--enable-native-access=ALL-UNNAMED",
                // Not that of the tests.
                "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1");
        return Runtime.version().feature() < UNSAFE_FLAG_SINCE
                ? usual
                : Stream.concat(usual.stream(), Stream.of("--sun-misc-unsafe-memory-access=allow"))
                        .toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The status that a path is answered with; 0 where nobody answers. */
    int status(String path) throws InterruptedException {
        try {
            return get(path).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The body that a path is answered with; empty where nobody answers. */
    String body(String path) throws InterruptedException {
        try {
            return get(path).body();
        } catch (IOException e) {
            return "";
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(ANSWER_PATIENCE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** A metric without labels; negative where it isn't there. */
    double metric(String name) throws InterruptedException {
        return body("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(-1);
    }

    /** Waits until a path is answered with a status; fails where the process ends. */
    void awaitStatus(String path, int status, Duration patience) {
        await(patience, () -> assertThat(status(path)).as(this::said).isEqualTo(status));
    }

    /** Waits until a path is answered with such words; fails where the process ends. */
    void awaitBody(String path, String words, Duration patience) {
        await(patience, () -> assertThat(body(path)).contains(words));
    }

    /** Waits until the process says so; fails where it ends. */
    void awaitSaid(String words, Duration patience) {
        await(patience, () -> assertThat(said()).contains(words));
    }

    private void await(Duration patience, ThrowingRunnable look) {
        Waits.atMost(patience)
                .failFast(() -> assertThat(process.isAlive()).as(this::said).isTrue())
                .untilAsserted(look);
    }

    /** SIGTERM. */
    void terminate() throws IOException, InterruptedException {
        signal("TERM");
    }

    /** SIGSTOP, or SIGCONT, or another by its name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** The exit status; empty where the process still runs after the patience. */
    OptionalInt awaitExit(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    /** All that the process has said. */
    String said() {
        try {
            return Files.readString(folder.resolve("worker.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        http.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
