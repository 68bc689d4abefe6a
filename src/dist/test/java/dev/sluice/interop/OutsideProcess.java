package dev.sluice.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A program in a process of its own, with what it says in a file. Called by the test's thread alone. */
final class OutsideProcess implements AutoCloseable {
    private static final Duration STOPPING = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    private OutsideProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Returns when the process exists.
     *
     * @param environment in addition to the test's own
     */
    static OutsideProcess start(Path log, Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_") || name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        return new OutsideProcess(builder.start(), log);
    }

    /** Runs a program to its end. */
    static Ended run(Path log, Path folder, Duration patience, List<String> command)
            throws IOException, InterruptedException {
        try (OutsideProcess program = start(log, folder, Map.of(), command)) {
            return program.process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                    ? new Ended(program.process.exitValue(), program.said())
                    : new Ended(-1, program.said() + "\n(not done within " + patience + ")");
        }
    }

    /** What a program came to; its status is -1 where it did not end in time. */
    record Ended(int status, String said) {}

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until the program listens, and fails where it ends instead. */
    void awaitPort(int port, Duration patience) {
        await(patience, () -> listens(port));
    }

    /** Waits for a condition, and fails where the program ends instead. */
    void await(Duration patience, Callable<Boolean> condition) {
        Waits.atMost(patience)
                .failFast(() -> assertThat(process.isAlive()).as(this::said).isTrue())
                .untilAsserted(() -> assertThat(condition.call()).as(this::said).isTrue());
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    boolean runs() {
        return process.isAlive();
    }

    String said() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
