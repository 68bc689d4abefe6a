package dev.sluice.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.chaos.surroundings.ChildJvm;
import dev.sluice.cli.Main;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * A worker on an older broker and on moto's S3, with publishers in other languages. {@code -Dinterop.kafka=VERSION} names another
 * release of the broker.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(1800)
class OutsideInterop {
    private static final String BROKER = System.getProperty("interop.kafka", "3.7.2");
    private static final Path REPOSITORY = Path.of("").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** No JavaScript number holds it. */
    private static final String LARGE_SEED = String.valueOf((1L << 60) + 1);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Path folder = OutsideParts.FOLDER.resolve("runs/" + UUID.randomUUID());
    private final HttpClient http = HttpClient.newHttpClient();
    private Path python = Path.of("");
    private String kafka = "";
    private String registry = "";
    private String s3 = "";

    @BeforeAll
    void startParts() throws Exception {
        Path jars = OutsideParts.broker(BROKER);
        python = OutsideParts.python();
        Files.createDirectories(folder);

        OutsideBroker broker = started(OutsideBroker.start(jars));
        kafka = broker.bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(Topics.DEFAULT.all().stream()
                            .map(topic -> new NewTopic(topic, Optional.of(4), Optional.of((short) 1)))
                            .toList())
                    .all()
                    .get();
        }
        registry = started(EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0))
                .url()
                .toString();
        int storePort = OutsideProcess.freePort();
        OutsideProcess moto = started(OutsideProcess.start(
                folder.resolve("moto.log"),
                folder,
                Map.of(),
                List.of(python.resolve("moto_server") + "", "-H", "127.0.0.1", "-p", storePort + "")));
        moto.awaitPort(storePort, PATIENCE);
        s3 = "http://127.0.0.1:" + storePort;
        assertThat(ask("PUT", s3 + "/sluice").statusCode()).isEqualTo(200);

        OutsideProcess.Ended registered = OutsideProcess.run(
                folder.resolve("schemas.log"),
                REPOSITORY,
                PATIENCE,
                sluice("schemas", "register", "--registry", registry));
        assertThat(registered.status()).as(registered.said()).isZero();
        startWorker();
    }

    @AfterAll
    void endParts() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
        http.close();
    }

    @Test
    void servesThePythonExampleAndStoresWhatItAnnounces() throws Exception {
        OutsideProcess.Ended example = OutsideProcess.run(
                folder.resolve("python.log"),
                REPOSITORY,
                PATIENCE,
                List.of(
                        python.resolve("python") + "",
                        "examples/python/submit.py",
                        "--kafka",
                        kafka,
                        "--registry",
                        registry,
                        "--label",
                        "seven"));

        assertThat(example.status()).as(example.said()).isZero();
        assertThat(example.said()).contains("published", "60 evaluations, 40 skipped");
        Matcher image = Pattern.compile("s3://sluice/(\\S+)\\s+sha256 (\\w+)").matcher(example.said());
        assertThat(image.find()).isTrue();
        assertThat(checksumInStore(image.group(1))).isEqualTo(image.group(2));
    }

    @Test
    void servesTheNodeExampleWithASeedThatNoJavaScriptNumberHolds() throws Exception {
        Path tree = OutsideParts.FOLDER.resolve("tree");
        OutsideParts.copy(REPOSITORY.resolve("schemas"), tree.resolve("schemas"));
        Path example = OutsideParts.node(REPOSITORY.resolve("examples/node"), tree.resolve("examples/node"));

        OutsideProcess.Ended ended = OutsideProcess.run(
                folder.resolve("node.log"),
                example,
                PATIENCE,
                List.of("node", "submit.js", "--kafka", kafka, "--registry", registry, "--seed", LARGE_SEED));

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("seed " + LARGE_SEED, "60 evaluations, 40 skipped");
    }

    @Test
    void servesConfluentsSerializersForJavaScriptThatWriteTheLatestVersion() throws Exception {
        Path script = OutsideParts.node(
                OutsideParts.RESOURCES.resolve("confluent-js"), OutsideParts.FOLDER.resolve("confluent-js"));

        OutsideProcess.Ended ended = OutsideProcess.run(
                folder.resolve("confluent-js.log"),
                script,
                PATIENCE,
                List.of("node", "submit.js", kafka, registry, LARGE_SEED));

        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("completed with seed " + LARGE_SEED);
    }

    @Test
    void answersWritersWithSchemasOfTheirOwn() throws Exception {
        Map<String, String> outcomes = writers();
        outcomes.remove("references");

        assertThat(outcomes)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("whole", "completed"),
                        Map.entry("subset", "completed"),
                        Map.entry("superset", "completed"),
                        Map.entry("other_order", "completed"),
                        Map.entry("other_namespace", "dead letter WRONG_TYPE"),
                        Map.entry("other_record_name", "dead letter WRONG_TYPE"),
                        Map.entry("enum_as_string", "dead letter INCOMPATIBLE_SCHEMA"),
                        Map.entry("renamed_with_alias", "dead letter INCOMPATIBLE_SCHEMA"),
                        Map.entry("optional_renamed_with_alias", "completed"),
                        Map.entry("without_tenant", "dead letter INCOMPATIBLE_SCHEMA"),
                        Map.entry("int_seed", "completed"),
                        Map.entry("string_images", "dead letter INCOMPATIBLE_SCHEMA"),
                        Map.entry("unknown_symbol", "failed SAMPLER_INVALID")));
    }

    /** The registries that take them are not served by any package registry: Karapace comes as an image alone. */
    @Test
    void answersWritersWithReferences() throws Exception {
        String outcome = writers().getOrDefault("references", "nothing");

        Assumptions.assumeFalse(
                outcome.equals("not taken by the registry"),
                "skipped, since the embedded registry takes no references, and Karapace is in no package registry");
        assertThat(outcome).isIn("completed", "dead letter UNREADABLE_SCHEMA");
    }

    /** The checksum in the store, read by the AWS SDK for Python, which moto's server brings. */
    private String checksumInStore(String key) throws IOException, InterruptedException {
        String script = """
                import boto3, hashlib, sys
                s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1",
                                  aws_access_key_id="any", aws_secret_access_key="any")
                print(hashlib.sha256(s3.get_object(Bucket="sluice", Key=sys.argv[2])["Body"].read()).hexdigest())
                """;
        OutsideProcess.Ended ended = OutsideProcess.run(
                folder.resolve("boto3.log"),
                folder,
                PATIENCE,
                List.of(python.resolve("python") + "", "-c", script, s3, key));
        assertThat(ended.status()).as(ended.said()).isZero();
        return ended.said().strip();
    }

    private Map<String, String> writers() throws IOException, InterruptedException {
        OutsideProcess.Ended ended = OutsideProcess.run(
                folder.resolve("writers.log"),
                REPOSITORY,
                PATIENCE,
                List.of(
                        python.resolve("python") + "",
                        OutsideParts.RESOURCES.resolve("writers.py") + "",
                        kafka,
                        registry,
                        "schemas"));
        assertThat(ended.status()).as(ended.said()).isZero();
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (String line :
                ended.said().lines().filter(text -> text.startsWith("{")).toList()) {
            JsonNode writer = new JsonMapper().readTree(line);
            outcomes.put(writer.path("writer").asText(), writer.path("outcome").asText());
        }
        return outcomes;
    }

    private void startWorker() throws IOException, InterruptedException {
        int port = OutsideProcess.freePort();
        Path file = Files.writeString(folder.resolve("worker.yaml"), """
                bundles: [%s]
                engine: {batch-size: 8, guide-batch-size: 4}
                kafka.bootstrap-servers: %s
                registry: {url: "%s", auto-register: false}
                s3: {endpoint: "%s", bucket: sluice, path-style: true, access-key: any, secret-key: any}
                state-directory: %s
                http.port: %d
                shutdown.grace: 5s
                """.formatted(
                REPOSITORY.resolve("models/bundles/glyphs-adm"), kafka, registry, s3, folder.resolve("state"), port));
        OutsideProcess worker = started(OutsideProcess.start(
                folder.resolve("worker.log"), REPOSITORY, Map.of(), sluice("worker", "--config", file.toString())));
        worker.await(PATIENCE, () -> ready(port));
    }

    private boolean ready(int port) throws InterruptedException {
        try {
            return ask("GET", "http://127.0.0.1:" + port + "/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> sluice(String... arguments) {
        List<String> options = Stream.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:+UseSerialGC")
                .toList();
        return ChildJvm.command(Main.class, options, List.of(arguments));
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    private HttpResponse<byte[]> ask(String method, String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }
}
