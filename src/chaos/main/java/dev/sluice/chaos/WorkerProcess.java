package dev.sluice.chaos;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker in a process of its own, which can be held at a point, killed, paused and crashed. Any thread may call any
 * method. A thread of this object reads what the worker says, keeps it in the worker's log, and ends with the process.
 */
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Pattern UP = Pattern.compile("Worker .* joins its group; health on port (\\d+)\\.");
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);

    private final WorkerLaunch launch;
    private final Process process;
    private final BufferedWriter commands;
    private final Thread reader;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_PATIENCE)
            .build();
    /** Guarded by this, as all below. */
    private final List<String> heldAt = new ArrayList<>();

    private OptionalInt port = OptionalInt.empty();
    private boolean silent;

    private WorkerProcess(WorkerLaunch launch, Process process) {
        this.launch = launch;
        this.process = process;
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        reader = Thread.ofPlatform().name("chaos-" + launch.name()).daemon(true).start(this::read);
    }

    /** Returns when the process exists; {@link #awaitReady} waits for the worker. */
    static WorkerProcess start(WorkerLaunch launch) {
        try {
            return new WorkerProcess(launch, launch.start());
        } catch (IOException e) {
            throw new UncheckedIOException("the worker's process does not start", e);
        }
    }

    WorkerLaunch launch() {
        return launch;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** The next request to reach the milestone, counted from now, is held there. */
    void arm(Milestone milestone, int count) {
        say("arm " + milestone + " " + count);
    }

    void jumpClock(Duration leap) {
        say("clock " + leap.toSeconds());
    }

    void failOutOfDeviceMemory(int calls) {
        say("oom " + calls);
    }

    void failDevice(int calls) {
        say("fault " + calls);
    }

    /** The request that is held at an armed point; empty where none came within the patience or the process ended. */
    synchronized Optional<String> awaitHeld(Duration patience) throws InterruptedException {
        await(patience, () -> !heldAt.isEmpty());
        return heldAt.isEmpty() ? Optional.empty() : Optional.of(heldAt.getLast());
    }

    /** Waits until the worker takes requests. */
    boolean awaitReady(Duration patience) throws InterruptedException {
        return Patience.await(patience, () -> ready() || !alive()) && ready();
    }

    /** Whether {@code /health/ready} says yes; false where nobody answers. */
    boolean ready() {
        return scrape("/health/ready", answer -> answer.statusCode() == 200).orElse(false);
    }

    /** Whether {@code /health/live} says yes; false where nobody answers. */
    boolean live() {
        return scrape("/health/live", answer -> answer.statusCode() == 200).orElse(false);
    }

    /** The metrics' text; empty where nobody answers. */
    Optional<String> metrics() {
        return scrape("/metrics", answer -> answer.body());
    }

    /** SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM: the worker drains. */
    void terminate() throws InterruptedException {
        // Process.destroy would close the worker's input too, which ends it before it has drained.
        signal("TERM");
    }

    /** SIGSTOP: others take the worker for dead, and it does not notice. */
    void pause() throws InterruptedException {
        signal("STOP");
    }

    void resume() throws InterruptedException {
        signal("CONT");
    }

    /** SIGSEGV: the JVM dies as of a fault in native code. */
    void crash() throws InterruptedException {
        signal("SEGV");
    }

    /** Keeps every file of the process from growing beyond so many bytes. For its stores the disk is full. */
    void fillDisk(long bytes) throws InterruptedException {
        run("prlimit", "--pid", String.valueOf(process.pid()), "--fsize=" + bytes + ":" + bytes);
    }

    /** The exit status; empty where the process still runs after the patience. */
    OptionalInt awaitExit(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    /** Exit status of a process that has ended; 128 and the signal where one ended it. */
    int status() {
        return process.exitValue();
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            reader.join(ANSWER_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> Optional<T> scrape(String path, Function<HttpResponse<String>, T> answer) {
        OptionalInt at;
        synchronized (this) {
            at = port;
        }
        if (at.isEmpty() || !alive()) {
            return Optional.empty();
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.getAsInt() + path))
                .timeout(ANSWER_PATIENCE)
                .build();
        try {
            return Optional.of(answer.apply(http.send(request, BodyHandlers.ofString())));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A process that has ended gets nothing. The caller has to notice that by other means. */
    private void say(String command) {
        try {
            synchronized (commands) {
                commands.write(command);
                commands.newLine();
                commands.flush();
            }
        } catch (IOException e) {
            LOG.info("unheard worker={} command=\"{}\" cause=\"{}\"", launch.name(), command, e.getMessage());
        }
    }

    private void signal(String name) throws InterruptedException {
        run("kill", "-" + name, String.valueOf(process.pid()));
    }

    private static void run(String... command) throws InterruptedException {
        try {
            int status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (status != 0) {
                LOG.info("command_failed command=\"{}\" status={}", String.join(" ", command), status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " can't be run", e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                Writer log =
                        Files.newBufferedWriter(launch.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = next(lines); line != null; line = next(lines)) {
                log.write(line + "\n");
                log.flush();
                heard(line);
            }
        } catch (IOException e) {
            LOG.warn("log_lost worker={}", launch.name(), e);
        }
        synchronized (this) {
            silent = true;
            notifyAll();
        }
    }

    /** The pipe of a killed process may end in the middle. */
    private static @Nullable String next(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException e) {
            return null;
        }
    }

    private synchronized void heard(String line) {
        if (line.startsWith("at ")) {
            heldAt.add(line);
        }
        Matcher up = UP.matcher(line);
        if (up.find()) {
            port = OptionalInt.of(Integer.parseInt(up.group(1)));
        }
        notifyAll();
    }

    private synchronized void await(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean() && !silent) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000 + 1);
        }
    }
}
