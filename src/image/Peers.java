import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code java -cp sluice.jar Peers.java FOLDER KAFKA REGISTRY S3}: Kafka with the topics of a worker, schema registry and S3
 * with a bucket, on these ports of the loopback interface, for a worker that runs elsewhere. Says "ready", and ends when it is
 * told to.
 */
final class Peers {
    private static final String[] TOPICS = {
        "requests", "cancellations", "completions", "failures", "costs", "progress", "requests.dlq"
    };

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), Integer.parseInt(arguments[1]));
        Map<String, Integer> topics = new HashMap<>();
        for (String topic : TOPICS) {
            topics.put("generation." + topic, 4);
        }
        kafka.createTopics(topics, Map.of());
        EmbeddedSchemaRegistry registry =
                EmbeddedSchemaRegistry.start(folder.resolve("registry"), Integer.parseInt(arguments[2]));
        EmbeddedS3 s3 =
                EmbeddedS3.start(folder.resolve("s3"), Integer.parseInt(arguments[3]), "sluice", "sluice-standalone");
        s3.createBucket("sluice");
        System.out.println("ready");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            s3.close();
            registry.close();
            kafka.close();
        }));
        new CountDownLatch(1).await();
    }
}
