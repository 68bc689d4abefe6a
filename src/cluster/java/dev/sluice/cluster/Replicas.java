package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How many workers a release has over time, as the Deployment says it, in a file too. A thread of this object's asks once a second; any may
 * read.
 */
final class Replicas implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Thread thread;
    private volatile boolean closing;
    private volatile Count now = new Count(-1, -1, -1);
    /** Written by the thread. */
    private volatile int most;

    /**
     * @param wanted by whoever scales
     * @param there pods, ready or not
     */
    record Count(int wanted, int there, int ready) {}

    private Replicas(Runnable none) {
        thread = Thread.ofPlatform().name("replicas").daemon(true).start(none);
    }

    private Replicas(Kubectl kubectl, String namespace, Path file) {
        thread = Thread.ofPlatform().name("replicas").daemon(true).start(() -> look(kubectl, namespace, file));
    }

    /** What stands for it before there is any. */
    static Replicas none() {
        return new Replicas(() -> {});
    }

    static Replicas watch(Kubectl kubectl, String namespace, Path file) {
        try {
            Files.writeString(file, "at_ms,wanted,there,ready\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Replicas(kubectl, namespace, file);
    }

    Count now() {
        return now;
    }

    /** The most that were ready at once. */
    int most() {
        return most;
    }

    void await(Duration patience, String what, Predicate<Count> condition) {
        Kubectl.await(patience, what, () -> condition.test(now), () -> now.toString());
    }

    @Override
    public void close() {
        closing = true;
        try {
            var unused = thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Kubectl kubectl, String namespace, Path file) {
        try {
            while (!closing) {
                count(kubectl, namespace).ifPresent(count -> {
                    now = count;
                    most = Math.max(most, count.ready());
                    append(file, count);
                });
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<Count> count(Kubectl kubectl, String namespace) {
        Command.Result told = kubectl.of(
                        "--namespace",
                        namespace,
                        "get",
                        "deployment",
                        Release.NAME,
                        "--output",
                        "jsonpath={.spec.replicas} {.status.replicas} {.status.readyReplicas} ")
                .result();
        if (!told.ok()) {
            return Optional.empty();
        }
        String[] numbers = told.output().split(" ", -1);
        return Optional.of(new Count(number(numbers[0]), number(numbers[1]), number(numbers[2])));
    }

    /** Kubernetes leaves a 0 out. */
    private static int number(String text) {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    private static void append(Path file, Count count) {
        try {
            Files.writeString(
                    file,
                    System.currentTimeMillis() + "," + count.wanted() + "," + count.there() + "," + count.ready()
                            + "\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
