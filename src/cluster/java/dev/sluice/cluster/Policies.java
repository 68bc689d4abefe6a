package dev.sluice.cluster;

import java.nio.file.Path;
import java.util.List;

/** What enforces network policies: kube-router's firewall, and nothing else of it. */
final class Policies {
    private static final Path SCRIPT =
            Path.of("src", "cluster", "sh", "policies.sh").toAbsolutePath();

    private Policies() {}

    /** Returns when it has begun; it is built first where it is not cached. */
    static void enforce(Cluster cluster) {
        Cluster.build("policies");
        script(cluster, "begin");
    }

    /** Takes its rules away. */
    static void end(Cluster cluster) {
        script(cluster, "end");
    }

    private static void script(Cluster cluster, String what) {
        cluster.inside(List.of(
                        SCRIPT.toString(),
                        what,
                        cluster.folder().toString(),
                        cluster.logs().toString()))
                .output();
    }
}
