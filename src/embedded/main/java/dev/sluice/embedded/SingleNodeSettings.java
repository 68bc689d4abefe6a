package dev.sluice.embedded;

import java.nio.file.Path;
import java.util.Map;

/** Broker settings for a cluster that is one node: nothing is replicated, and nothing is waited for. */
final class SingleNodeSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private SingleNodeSettings() {}

    /**
     * Ports of the loopback interface.
     *
     * @param broker where clients are taken
     * @param advertised where clients are told to go: {@code broker}, or that of a proxy in front of it
     * @param internal where the node takes its own requests: {@code broker}, or one that goes round the proxy. The node
     *     looks for itself where it was before, so after a restart that has to be the same
     */
    record Ports(int broker, int advertised, int internal, int controller) {}

    static Map<String, String> of(Path folder, Ports ports) {
        boolean roundTheProxy = ports.internal() != ports.broker();
        String internal = roundTheProxy ? ",INTERNAL://" + Loopback.HOST + ":" + ports.internal() : "";
        String controller = Loopback.HOST + ":" + ports.controller();
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", String.valueOf(NODE_ID)),
                Map.entry("log.dirs", folder.toString()),
                Map.entry(
                        "listeners",
                        clients(ports.broker()) + internal + "," + CONTROLLER_LISTENER + "://" + controller),
                Map.entry("advertised.listeners", clients(ports.advertised()) + internal),
                Map.entry("inter.broker.listener.name", roundTheProxy ? "INTERNAL" : "PLAINTEXT"),
                Map.entry("controller.listener.names", CONTROLLER_LISTENER),
                Map.entry(
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.quorum.voters", NODE_ID + "@" + controller),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // The defaults are for a machine of its own: 8 request threads, 128 MiB of heap (here 4) for
                // compaction.
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "4"),
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304"));
    }

    private static String clients(int port) {
        return "PLAINTEXT://" + Loopback.HOST + ":" + port;
    }
}
