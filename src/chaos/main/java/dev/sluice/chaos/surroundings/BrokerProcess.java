package dev.sluice.chaos.surroundings;

import dev.sluice.wire.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker in a process of its own, made to be killed and started again on the same folder and port, behind a {@link
 * TcpProxy} that stays. Every client goes through the proxy, since its port is the one that is advertised.
 *
 * <p>Confined to one thread, but for {@link #bootstrapServers} and {@link #proxy}.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerProcess.class);
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(1);
    private static final List<String> JVM_OPTIONS = List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path folder;
    private final int port;
    private final int internalPort;
    private final TcpProxy proxy;
    private @Nullable Process process;

    private BrokerProcess(Path folder, int port, int internalPort, TcpProxy proxy) {
        this.folder = folder;
        this.port = port;
        this.internalPort = internalPort;
        this.proxy = proxy;
    }

    /**
     * Starts the proxy and the broker, and returns when the broker takes clients.
     *
     * @param folder made where it is new; holds the broker's {@code data} and its {@code broker.log}
     * @throws IllegalStateException where the broker ends or doesn't get ready
     */
    public static BrokerProcess start(Path folder) throws InterruptedException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int port = FreePort.find();
        TcpProxy proxy = TcpProxy.start(FreePort.address(port));
        BrokerProcess broker = new BrokerProcess(folder, port, FreePort.find(), proxy);
        try {
            broker.start();
        } catch (RuntimeException | InterruptedException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    /** Starts the broker again after {@link #kill} or {@link #stop}, and returns when it takes clients. */
    public void start() throws InterruptedException {
        if (isAlive()) {
            throw new IllegalStateException("the broker runs already");
        }
        long begin = System.nanoTime();
        Process child;
        try {
            child = new ProcessBuilder(ChildJvm.command(
                            BrokerMain.class,
                            JVM_OPTIONS,
                            List.of(
                                    folder.resolve("data").toString(),
                                    String.valueOf(port),
                                    String.valueOf(proxy.port()),
                                    String.valueOf(internalPort))))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("the broker's process did not start", e);
        }
        process = child;
        awaitReady(child);
        LOG.info(
                "event=broker_process_started port={} proxy={} millis={}",
                port,
                proxy.port(),
                (System.nanoTime() - begin) / 1_000_000);
    }

    private void awaitReady(Process child) throws InterruptedException {
        Thread reaper = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(START_PATIENCE);
                child.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            BufferedReader answers = child.inputReader(StandardCharsets.UTF_8);
            String line = answers.readLine();
            while (line != null && !line.equals(BrokerMain.READY)) {
                line = answers.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the broker did not start; see " + log());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the broker did not start; see " + log(), e);
        } finally {
            reaper.interrupt();
            reaper.join();
        }
    }

    /** Ends the process with SIGKILL and returns when it is gone. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
            LOG.info("event=broker_process_killed port={}", port);
        }
    }

    /**
     * Stops the broker in good order and returns when its process has ended.
     *
     * @throws IllegalStateException where it doesn't end in time, or badly; it is killed then
     */
    public void stop() throws InterruptedException {
        Process child = process;
        if (child == null || !child.isAlive()) {
            return;
        }
        try (var commands = child.outputWriter(StandardCharsets.UTF_8)) {
            commands.write(BrokerMain.STOP + "\n");
        } catch (IOException e) {
            LOG.warn("event=broker_process_deaf port={} cause={}", port, e.toString());
        }
        boolean ended = child.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended || child.exitValue() != 0) {
            kill();
            throw new IllegalStateException("the broker did not stop in good order; see " + log());
        }
        LOG.info("event=broker_process_stopped port={}", port);
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The proxy's address, for every client. It stays the same over restarts. */
    public String bootstrapServers() {
        return FreePort.HOST + ":" + proxy.port();
    }

    /** The link between the broker and all its clients. */
    public TcpProxy proxy() {
        return proxy;
    }

    /** What the broker's process says, over all its runs. */
    public Path log() {
        return folder.resolve("broker.log");
    }

    /**
     * Creates the topics that are missing: requests and dead letters take messages of 12 MB, and events carry the broker's
     * time, so that a worker's clock doesn't distort how old an outcome is taken to be.
     */
    public void createTopics(Topics topics, int partitions) {
        new SuiteTopics(topics, partitions).create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /** Kills the broker, if it runs, and ends the proxy. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
        proxy.close();
    }
}
