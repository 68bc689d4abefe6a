package dev.sluice.cluster;

import dev.sluice.deployment.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The custom resources' definitions that KEDA, Prometheus Operator, Strimzi and External Secrets publish. */
final class CustomDefinitions {
    private static final Path FOLDER = Path.of("src", "dist", "test", "resources", "crds");

    private CustomDefinitions() {}

    /** Returns when the API server serves them all. */
    static void apply(Kubectl kubectl) {
        kubectl.run("apply", "--server-side", "--force-conflicts", "--filename", FOLDER.toString());
        kubectl.run("wait", "--for=condition=Established", "--timeout=60s", "--filename", FOLDER.toString());
    }

    /** Kinds as kubectl names them, such as {@code scaledobjects.keda.sh}. */
    static List<String> kinds() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .map(file -> Yaml.read(file).path("metadata").path("name").asText())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
