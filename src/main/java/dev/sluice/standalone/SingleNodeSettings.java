package dev.sluice.standalone;

import java.nio.file.Path;
import java.util.Map;

/** Broker settings for a cluster that is one node: nothing is replicated, and nobody is waited for. */
final class SingleNodeSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private SingleNodeSettings() {}

    static Map<String, String> of(Path folder, int brokerPort, int controllerPort) {
        String broker = "PLAINTEXT://" + Loopback.HOST + ":" + brokerPort;
        String controller = Loopback.HOST + ":" + controllerPort;
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", String.valueOf(NODE_ID)),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("listeners", broker + "," + CONTROLLER_LISTENER + "://" + controller),
                Map.entry("advertised.listeners", broker),
                Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                Map.entry("controller.listener.names", CONTROLLER_LISTENER),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
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
}
