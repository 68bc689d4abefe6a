package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Kafka, registry and S3 in a namespace, under the names that helm/trial/values.yaml has. */
final class Surroundings {
    private static final Path OBJECTS = Path.of("src", "cluster", "yaml", "surroundings.yaml");

    /** Of all modules, with a broker's among them. */
    private static final Path LIBRARIES = Path.of("target", "lib");

    private Surroundings() {}

    /** Returns when they take clients. Their classes are the tree's, as the image has none of them. */
    static void start(Kubectl kubectl, String namespace) {
        try {
            String main = SurroundingsMain.class.getSimpleName() + ".class";
            URL compiled = Objects.requireNonNull(SurroundingsMain.class.getResource(main), main);
            String classes = kubectl.run(
                    "--namespace",
                    namespace,
                    "create",
                    "configmap",
                    "surroundings",
                    "--from-file",
                    Path.of(compiled.toURI()).toString(),
                    "--dry-run=client",
                    "--output",
                    "yaml");
            kubectl.apply(namespace, classes);
            kubectl.apply(
                    namespace,
                    Files.readString(OBJECTS)
                            .replace("$NAMESPACE", namespace)
                            .replace(
                                    "$LIBRARIES", LIBRARIES.toAbsolutePath().toString()));
            kubectl.run("--namespace", namespace, "rollout", "status", "deployment/surroundings", "--timeout=3m");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String kafka(String namespace) {
        return "kafka." + namespace + ".svc:19092";
    }

    static String registry(String namespace) {
        return "http://registry." + namespace + ".svc:8081";
    }

    static String s3(String namespace) {
        return "http://s3." + namespace + ".svc:9000";
    }
}
