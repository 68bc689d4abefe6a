package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first image in a restricted namespace by the very lines that the documents have, but for those that need a registry of images. */
@Tag("node")
class FirstImageOnCluster {
    private static final String SECTION = "On a cluster, for a first image";
    private static final String NAMESPACE = "sluice";

    private final Cluster cluster = Cluster.of(Cluster.Kind.NODE);
    private final Kubectl kubectl = cluster.kubectl();

    @TempDir
    Path programs;

    @AfterEach
    void leaveNothing() {
        kubectl.removeNamespace(NAMESPACE);
    }

    @Test
    void comesByTheDocumentsOwnLines() throws IOException {
        shim("helm", cluster.helm().of());
        shim("kubectl", kubectl.of());
        documented(DocumentedLines.of(SECTION, "kubectl create namespace"));
        kubectl.restrictedNamespace(NAMESPACE);
        Surroundings.start(kubectl, NAMESPACE);

        long started = System.nanoTime();
        documented(DocumentedLines.of(SECTION, "helm upgrade --install"));
        Duration installed = Duration.ofNanos(System.nanoTime() - started);

        List<Integer> ready = new Release(cluster, NAMESPACE)
                .pods().stream().map(pod -> Release.ready(pod) ? 1 : 0).toList();
        assertThat(ready).as("Helm waited until a worker was ready").contains(1);
        String told = documented(DocumentedLines.of(SECTION, "restricted=") + "\n"
                + DocumentedLines.of(SECTION, "kubectl -n sluice run submit")
                        .replace("run submit", "run submit --override-type=strategic --overrides \"$restricted\""));
        assertThat(told).contains("s3://sluice/images/");
        Report.say("In a restricted namespace, by the documents' lines, a worker was ready " + Report.seconds(installed)
                + " s after `helm upgrade --install --wait` began, and a first image lay in S3.");
    }

    private String documented(String commands) {
        Command.Result result = Command.of(List.of("bash", "-euo", "pipefail", "-c", commands))
                .with("PATH", programs + ":" + System.getenv("PATH"))
                .result();
        assertThat(result.ok()).as(commands + ": " + result.text()).isTrue();
        return result.text();
    }

    /** A program of this name that runs the command with further words. */
    private void shim(String name, Command command) throws IOException {
        StringBuilder script = new StringBuilder("#!/bin/sh\n");
        // Else it would find itself.
        script.append("export PATH='").append(System.getenv("PATH")).append("'\n");
        command.environment()
                .forEach((key, value) -> script.append("export ")
                        .append(key)
                        .append("='")
                        .append(value)
                        .append("'\n"));
        script.append("exec");
        command.words().forEach(word -> script.append(" '").append(word).append('\''));
        script.append(" \"$@\"\n");
        Path file = Files.writeString(programs.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
