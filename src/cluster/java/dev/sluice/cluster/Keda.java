package dev.sluice.cluster;

import java.nio.file.Path;
import java.util.List;

/** KEDA and its Prometheus, as processes of the node. Used by one thread. */
final class Keda {
    private static final Path SCRIPTS = Path.of("src", "cluster", "sh").toAbsolutePath();

    private final Cluster cluster;

    Keda(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Returns when both answer; KEDA is built first where it is not cached. */
    void start() {
        Cluster.build("keda");
        script("keda.sh");
    }

    void endPrometheus() {
        cluster.inside(List.of("sh", "-c", "kill \"$(cat '" + cluster.folder() + "/prometheus.pid')\""))
                .output();
    }

    void startPrometheus() {
        script("prometheus.sh");
    }

    /** No other test shall be scaled by it; its processes end with the node. */
    void end() {
        cluster.kubectl().run("delete", "apiservice", "v1beta1.external.metrics.k8s.io", "--ignore-not-found");
    }

    private void script(String name) {
        cluster.inside(List.of(
                        SCRIPTS.resolve(name).toString(),
                        cluster.folder().toString(),
                        cluster.logs().toString()))
                .output();
    }
}
