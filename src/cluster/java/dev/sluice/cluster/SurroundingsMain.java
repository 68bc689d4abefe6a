package dev.sluice.cluster;

import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Kafka, registry and S3 of {@code sluice standalone} in a pod, for other pods: listens on 19092, 8081 and 9000 of every interface.
 * Arguments: folder, the host that brokers are known by, partitions. What it holds is there again after a restart.
 */
public final class SurroundingsMain {
    private static final int BROKER = 19_091;
    private static final int INTERNAL = 19_095;
    private static final int CONTROLLER = 19_093;
    private static final String BUCKET = "sluice";

    private SurroundingsMain() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        String host = args[1];
        int partitions = Integer.parseInt(args[2]);

        EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), BROKER, BROKER, INTERNAL, listeners(host));
        Map<String, Integer> topics = new HashMap<>();
        Topics.DEFAULT.all().forEach(topic -> topics.put(topic, partitions));
        kafka.createTopics(topics, Map.of());
        EmbeddedSchemaRegistry.start(folder.resolve("registry"), 18_081);
        EmbeddedS3.start(folder.resolve("s3"), 19_000, "sluice", "sluice-standalone")
                .createBucket(BUCKET);
        relay(8081, 18_081);
        relay(9000, 19_000);
        System.out.println("ready");
    }

    private static Map<String, String> listeners(String host) {
        String inside = "CLIENTS://127.0.0.1:" + BROKER + ",BROKER://127.0.0.1:" + INTERNAL;
        return Map.of(
                "listeners",
                inside + ",PODS://0.0.0.0:19092,CONTROLLER://127.0.0.1:" + CONTROLLER,
                "advertised.listeners",
                inside + ",PODS://" + host + ":19092",
                "controller.quorum.voters",
                "1@127.0.0.1:" + CONTROLLER,
                "inter.broker.listener.name",
                "BROKER",
                "controller.listener.names",
                "CONTROLLER",
                "listener.security.protocol.map",
                "CLIENTS:PLAINTEXT,PODS:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    }

    /** What listens on the loopback interface alone, for others. */
    private static void relay(int from, int to) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(from), 200);
        Thread.ofPlatform().name("relay-" + from).start(() -> {
            while (true) {
                try {
                    Socket client = server.accept();
                    Socket served = new Socket(InetAddress.getLoopbackAddress(), to);
                    client.setTcpNoDelay(true);
                    served.setTcpNoDelay(true);
                    Thread.startVirtualThread(() -> copy(client, served));
                    Thread.startVirtualThread(() -> copy(served, client));
                } catch (IOException e) {
                    System.err.println("relay " + from + ": " + e);
                }
            }
        });
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One of them has gone; so does the other.
        }
    }
}
