package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Kubernetes of one node in namespaces of its own, which ends when this JVM does, however that comes. Tests of one run share it.
 * Any thread may use it.
 */
final class Cluster {
    /** How much of it there is. */
    enum Kind {
        /** API server, controllers and scheduler. */
        PLANE,
        /** A plane, and a kubelet that runs the images of the cache. */
        NODE
    }

    private static final Path SCRIPTS = Path.of("src", "cluster", "sh").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Map<Kind, Cluster> RUNNING = new EnumMap<>(Kind.class);

    private final Path folder;
    private final Path logs;
    private final Process process;
    private final Duration startedIn;

    private Cluster(Path folder, Path logs, Process process, Duration startedIn) {
        this.folder = folder;
        this.logs = logs;
        this.process = process;
        this.startedIn = startedIn;
    }

    /**
     * The one of this run, started where it is not there yet. Its programs are built first where they are not cached, which takes
     * minutes and says so.
     */
    static synchronized Cluster of(Kind kind) {
        return RUNNING.computeIfAbsent(kind, Cluster::start);
    }

    private static Cluster start(Kind kind) {
        String name = kind.name().toLowerCase(Locale.ROOT);
        build(name);
        try {
            // A short path: sockets lie in it.
            Path folder = Files.createTempDirectory("sluice-cluster-");
            Path logs =
                    Files.createDirectories(Path.of("target", "cluster", name).toAbsolutePath());
            Path told = logs.resolve("node.log");
            long started = System.nanoTime();
            Process process = new ProcessBuilder(
                            SCRIPTS.resolve("node.sh").toString(), name, folder.toString(), logs.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(told.toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process)));
            while (!Files.exists(folder.resolve("pid"))) {
                if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("no cluster: " + Files.readString(told));
                }
                if (System.nanoTime() - started > PATIENCE.toNanos()) {
                    end(process);
                    throw new IllegalStateException("no cluster after " + PATIENCE.toSeconds() + " s; see " + logs);
                }
            }
            Duration startedIn = Duration.ofNanos(System.nanoTime() - started);
            Report.say("The " + name + " was ready after " + Report.seconds(startedIn) + " s.");
            return new Cluster(folder, logs, process, startedIn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Builds a part's programs where they are not cached. */
    static void build(String part) {
        int status = Command.of(List.of(SCRIPTS.resolve("programs.sh").toString(), part))
                .showing()
                .status();
        if (status != 0) {
            throw new IllegalStateException("the programs of " + part + " are not built; what is missing stands above");
        }
    }

    /** Its standard input is what it lives by. */
    static void end(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    Duration startedIn() {
        return startedIn;
    }

    Path logs() {
        return logs;
    }

    Kubectl kubectl() {
        return new Kubectl(this);
    }

    Helm helm() {
        return new Helm(this);
    }

    /** A command in the node's network, with the administrator's credentials. */
    Command command(List<String> words) {
        if (!process.isAlive()) {
            throw new IllegalStateException("the cluster has ended; see " + logs);
        }
        List<String> entered = new ArrayList<>(List.of("nsenter", "--target", pid(), "--net", "--"));
        entered.addAll(words);
        return Command.of(entered).with("KUBECONFIG", kubeconfig().toString());
    }

    /** A command in the node's network, mounts and processes. */
    Command inside(List<String> words) {
        List<String> entered =
                new ArrayList<>(List.of("nsenter", "--target", pid(), "--net", "--mount", "--pid", "--"));
        entered.addAll(words);
        return Command.of(entered).with("KUBECONFIG", kubeconfig().toString());
    }

    /** Where its state lies. */
    Path folder() {
        return folder;
    }

    Path kubeconfig() {
        return folder.resolve("pki").resolve("admin.kubeconfig");
    }

    private String pid() {
        try {
            return Files.readString(folder.resolve("pid")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
