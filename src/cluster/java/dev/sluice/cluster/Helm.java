package dev.sluice.cluster;

import dev.sluice.chaos.surroundings.ChildJvm;
import java.util.List;

/** Helm, in a JVM of its own within the node's network: its library opens connections from where its process is. */
final class Helm {
    private static final List<String> JVM =
            List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Cluster cluster;

    Helm(Cluster cluster) {
        this.cluster = cluster;
    }

    Command of(String... words) {
        return cluster.command(ChildJvm.command(HelmMain.class, JVM, List.of(words)));
    }

    /** Its output; refuses a status other than 0. */
    String run(String... words) {
        return of(words).output();
    }
}
