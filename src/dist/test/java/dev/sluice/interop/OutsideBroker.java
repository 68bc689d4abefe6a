package dev.sluice.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/** A broker and controller of another release of Kafka, by its own jars, in a process of its own. */
final class OutsideBroker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final OutsideProcess process;
    private final int port;

    private OutsideBroker(OutsideProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns when it takes connections. Its data is new each time. */
    static OutsideBroker start(Path jars) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(OutsideParts.FOLDER.resolve("runs/broker-" + UUID.randomUUID()));
        int port = OutsideProcess.freePort();
        int controller = OutsideProcess.freePort();
        Path properties = Files.writeString(
                folder.resolve("server.properties"), """
                node.id=1
                process.roles=broker,controller
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=PLAINTEXT
                log.dirs=%3$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=4
                group.initial.rebalance.delay.ms=0
                """.formatted(port, controller, folder.resolve("data")));
        String id = Uuid.randomUuid().toString();
        OutsideProcess.Ended formatted = OutsideProcess.run(
                folder.resolve("format.log"),
                folder,
                PATIENCE,
                java(jars, "kafka.tools.StorageTool", List.of("format", "-t", id, "-c", properties.toString())));
        if (formatted.status() != 0) {
            throw new AssertionError("the broker's storage can't be formatted:\n" + formatted.said());
        }
        OutsideProcess process = OutsideProcess.start(
                folder.resolve("broker.log"),
                folder,
                Map.of(),
                java(jars, "kafka.Kafka", List.of(properties.toString())));
        try {
            process.awaitPort(port, PATIENCE);
        } catch (AssertionError | RuntimeException e) {
            process.close();
            throw e;
        }
        return new OutsideBroker(process, port);
    }

    private static List<String> java(Path jars, String main, List<String> arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return Stream.concat(Stream.of(java, "-Xmx512m", "-cp", jars + "/*", main), arguments.stream())
                .toList();
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.close();
    }
}
