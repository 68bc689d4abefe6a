package dev.sluice.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** A release of the chart beside {@link Surroundings}, with the values of a first try. */
final class Release {
    static final String NAME = "sluice";
    static final Duration START = Duration.ofMinutes(5);

    private static final Path TRIAL = Path.of("helm", "trial", "values.yaml").toAbsolutePath();
    /** A node of two processors has room for three of them. */
    private static final String SMALL = """
            resources:
              requests: {cpu: 100m, memory: 256Mi}
              limits: {memory: 2Gi}
            """;

    private final Cluster cluster;
    private final Kubectl kubectl;
    private final String namespace;

    Release(Cluster cluster, String namespace) {
        this.cluster = cluster;
        kubectl = cluster.kubectl();
        this.namespace = namespace;
    }

    /**
     * Installs or upgrades, and returns when Helm does.
     *
     * @return how long that took
     */
    Duration upgrade(String values, String... options) {
        long started = System.nanoTime();
        Command.Result result = tryUpgrade(values, options);
        if (!result.ok()) {
            throw new IllegalStateException(result.text());
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** Upgrades like {@code upgrade}, but Helm may refuse. */
    Command.Result tryUpgrade(String values, String... options) {
        List<String> words = new ArrayList<>(List.of("upgrade", "--install", NAME, Examples.CHART.toString()));
        words.addAll(List.of("--namespace", namespace, "--values", TRIAL.toString()));
        words.addAll(List.of("--values", file("small", SMALL), "--values", file("values", values)));
        words.addAll(List.of(options));
        return cluster.helm().of(words.toArray(String[]::new)).result();
    }

    /** Waits until so many workers are ready, and no others are there. */
    Duration awaitReady(int workers) {
        long started = System.nanoTime();
        Kubectl.await(
                START,
                workers + " workers ready in " + namespace,
                () -> {
                    List<JsonNode> pods = pods();
                    return pods.size() == workers && pods.stream().allMatch(Release::ready);
                },
                () -> kubectl.of("--namespace", namespace, "get", "pods")
                        .result()
                        .text());
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** Its workers' pods, those that are ending included. */
    List<JsonNode> pods() {
        JsonNode found = kubectl.json(
                "--namespace", namespace, "get", "pods", "--selector", "app.kubernetes.io/instance=" + NAME);
        return StreamSupport.stream(Objects.requireNonNull(found.path("items")).spliterator(), false)
                .toList();
    }

    static String name(JsonNode pod) {
        return pod.path("metadata").path("name").asText();
    }

    static boolean ready(JsonNode pod) {
        return StreamSupport.stream(pod.path("status").path("conditions").spliterator(), false)
                .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True"));
    }

    private String file(String name, String text) {
        try {
            Path folder = Files.createDirectories(cluster.logs().resolve(namespace));
            return Files.writeString(folder.resolve(name + ".yaml"), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
