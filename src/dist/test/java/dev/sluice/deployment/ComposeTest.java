package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of docker-compose.yml without Docker. */
class ComposeTest {
    private static final long FOUR_HUNDRED_DAYS = Duration.ofDays(400).toMillis();
    private static final Path FILE = Path.of("docker-compose.yml");
    private static final JsonNode COMPOSE = Yaml.read(FILE);
    private static final Dockerfile DOCKERFILE = Dockerfile.read(Path.of("Dockerfile"));

    @Test
    void isAComposeFile() throws IOException {
        ObjectNode specification = (ObjectNode) new JsonMapper()
                .readTree(Path.of("src/dist/test/resources/compose/compose-spec.json")
                        .toFile());
        // It names its dialect by https, which stands in no list of dialects.
        specification.remove("$schema");
        specification.remove("$id");
        Schema schema = JsonSchemas.compile(specification);
        ObjectNode compose = COMPOSE.deepCopy();

        assertThat(JsonSchemas.problems(schema, compose)).isEmpty();
        ((ObjectNode) compose.path("services").path("kafka")).put("imge", "x");
        assertThat(JsonSchemas.problems(schema, compose)).hasSize(1);
    }

    @Test
    void pinsEveryImageThatItDoesNotBuild() {
        for (Map.Entry<String, JsonNode> service : services()) {
            JsonNode build = service.getValue().path("build");
            if (build.isMissingNode()) {
                assertThat(service.getValue().path("image").asText())
                        .as(service.getKey())
                        .matches(PinnedImage::matches)
                        .matches(PinnedImage::isListed);
            } else {
                assertThat(DOCKERFILE.hasStage(build.path("target").asText())).isTrue();
            }
        }
    }

    @Test
    void listensOnLoopbackAlone() {
        List<String> ports = services().stream()
                .flatMap(service -> texts(service.getValue().path("ports")).stream())
                .toList();

        assertThat(ports).isNotEmpty().allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void waitsOnlyForWhatCanComeTrue() {
        for (Map.Entry<String, JsonNode> service : services()) {
            service.getValue().path("depends_on").properties().forEach(wait -> {
                JsonNode other = COMPOSE.path("services").path(wait.getKey());
                switch (wait.getValue().path("condition").asText()) {
                    case "service_healthy" ->
                        assertThat(other.path("healthcheck").path("test"))
                                .as(wait.getKey())
                                .isNotEmpty();
                    case "service_completed_successfully" ->
                        assertThat(other.path("entrypoint").path(1).asText().endsWith(".sh")
                                        || texts(other.path("command"))
                                                .getFirst()
                                                .equals("schemas"))
                                .as(wait.getKey() + " runs something that ends")
                                .isTrue();
                    default -> throw new AssertionError(service.getKey() + " waits for " + wait);
                }
            });
        }
    }

    /** What has ended is no link of the chain in which some versions of Compose stop services. */
    @Test
    void stopsAWorkerBeforeWhatItDrainsInto() {
        for (String name : List.of("worker", "worker-gpu")) {
            JsonNode waits = COMPOSE.path("services").path(name).path("depends_on");
            for (String server : List.of("kafka", "registry", "s3")) {
                assertThat(waits.path(server).path("condition").asText())
                        .as(name + " on " + server)
                        .isEqualTo("service_healthy");
            }
        }
    }

    @Test
    void mountsFilesThatAreThere() {
        List<Path> mounted = services().stream()
                .flatMap(service -> texts(service.getValue().path("volumes")).stream())
                .filter(volume -> volume.startsWith("./"))
                .map(volume -> Path.of(volume.substring(0, volume.indexOf(':'))))
                .toList();

        assertThat(mounted).isNotEmpty().allSatisfy(path -> assertThat(path).exists());
    }

    @Test
    void declaresTheVolumesThatItNames() {
        List<String> named = services().stream()
                .flatMap(service -> texts(service.getValue().path("volumes")).stream())
                .filter(volume -> volume.contains(":"))
                .map(volume -> volume.substring(0, volume.indexOf(':')))
                .filter(volume -> !volume.startsWith("./"))
                .toList();

        assertThat(COMPOSE.path("volumes").fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(named);
    }

    @Test
    void makesEveryTopicOfAWorkerOnce() throws IOException {
        Matcher topic =
                Pattern.compile("(?m)^topic (\\S+)").matcher(Files.readString(Path.of("compose/kafka/topics.sh")));
        List<String> made = new ArrayList<>();
        while (topic.find()) {
            made.add(topic.group(1));
        }

        assertThat(made).containsExactlyElementsOf(Topics.DEFAULT.all());
        assertThat(Files.readString(Path.of("compose/kafka/topics.sh")))
                .contains("topic " + Topics.DEFAULT.costs() + " --config retention.ms=" + FOUR_HUNDRED_DAYS + "\n");
    }

    /** Nothing but the registry's address is set, so its topics are the usual ones, which the worker has too. */
    @Test
    void registersTheContractsBeforeAnybodyWorks() {
        JsonNode schemas = COMPOSE.path("services").path("schemas");

        assertThat(texts(schemas.path("command"))).startsWith("schemas", "register");
        assertThat(schemas.path("environment"))
                .hasSize(1)
                .containsExactly(COMPOSE.at("/x-worker-environment/SLUICE_REGISTRY_URL"));
        for (String name : List.of("worker", "worker-gpu")) {
            assertThat(COMPOSE.path("services")
                            .path(name)
                            .at("/depends_on/schemas/condition")
                            .asText())
                    .isEqualTo("service_completed_successfully");
        }
    }

    @Test
    void scrapesTheServicesThatServeMetrics() {
        JsonNode lookup = Yaml.read(Path.of("compose/prometheus/prometheus.yml"))
                .path("scrape_configs")
                .path(0)
                .path("dns_sd_configs")
                .path(0);

        assertThat(texts(lookup.path("names")))
                .containsExactlyInAnyOrderElementsOf(services().stream()
                        .filter(service ->
                                texts(service.getValue().path("command")).equals(List.of("worker")))
                        .map(Map.Entry::getKey)
                        .toList());
        assertThat(lookup.path("port").asInt()).isEqualTo(8080);
    }

    @Test
    void runsWorkersWithAReadOnlyRootAndWithoutPrivileges() {
        for (String name : List.of("worker", "worker-gpu")) {
            JsonNode worker = COMPOSE.path("services").path(name);

            assertThat(worker.path("read_only").asBoolean()).isTrue();
            assertThat(texts(worker.path("cap_drop"))).containsExactly("ALL");
            // Native libraries of S3 and RocksDB unpack themselves there; Docker's tmpfs forbids to run from it by
            // default.
            assertThat(texts(worker.path("tmpfs"))).hasSize(1).allMatch(tmp -> tmp.startsWith("/tmp:exec,"));
        }
    }

    @Test
    void namesBundlesWhereTheImageHasThem() {
        String bundles = COMPOSE.path("services")
                .path("worker")
                .path("environment")
                .path("SLUICE_BUNDLES")
                .asText();

        assertThat(bundles.split(","))
                .allSatisfy(bundle -> assertThat(Path.of(bundle.replaceFirst("^/opt/sluice/", ""), "bundle.json"))
                        .exists());
    }

    /** The health check of a worker, whose image has no shell. */
    @ParameterizedTest
    @CsvSource({"200, 0", "503, 1"})
    void judgesAWorkerByItsReadiness(int status, int exitCode) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/health/ready", exchange -> {
            byte[] why = "no\nmodel: loading\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, why.length);
            exchange.getResponseBody().write(why);
            exchange.close();
        });
        server.start();
        try {
            Process probe = ready(server.getAddress().getPort());

            assertThat(probe.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(probe.exitValue()).isEqualTo(exitCode);
            assertThat(new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(exitCode == 0 ? "" : "no\nmodel: loading\n");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void judgesAWorkerThatIsNotThereAsNotReady() throws Exception {
        int nobodys;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobodys = socket.getLocalPort();
        }

        Process probe = ready(nobodys);

        assertThat(probe.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(probe.exitValue()).isEqualTo(1);
    }

    /** The compose file's health check, with the JVM and the classes of this test and another port. */
    private static Process ready(int port) throws IOException {
        List<String> test = texts(
                COMPOSE.path("services").path("worker").path("healthcheck").path("test"));
        assertThat(test).startsWith("CMD", "java").contains("-cp", "/opt/sluice/sluice.jar");
        List<String> command = new ArrayList<>(test.subList(1, test.size()));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.set(command.indexOf("-cp") + 1, "src/cli/target/classes");
        command.add(Integer.toString(port));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void judgesKafkaByItsPortAndStartsNoJvmForIt() throws Exception {
        JsonNode kafka = COMPOSE.path("services").path("kafka");
        List<String> test = texts(kafka.path("healthcheck").path("test"));
        assertThat(test.subList(0, 3)).containsExactly("CMD", "bash", "-c");
        assertThat(kafka.at("/environment/KAFKA_LISTENERS").asText()).contains("INSIDE://:19092");
        String script;
        try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            script = test.get(3).replace("19092", Integer.toString(broker.getLocalPort()));

            assertThat(exitCode("bash", "-c", script)).isZero();
        }
        assertThat(exitCode("bash", "-c", script)).isNotZero();
    }

    private static int exitCode(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Replicas of one service share its named volumes and fight for its ports. */
    @ParameterizedTest
    @ValueSource(strings = {"worker", "worker-gpu"})
    void scalesWorkersThatShareNeitherStateNorPort(String name) {
        JsonNode worker = COMPOSE.path("services").path(name);

        assertThat(texts(worker.path("volumes"))).containsExactly("/var/lib/sluice");
        assertThat(worker.path("ports")).isEmpty();
        assertThat(worker.has("container_name")).isFalse();
    }

    @Test
    void startsAgainWhatEndedAndLimitsItsMemory() {
        for (Map.Entry<String, JsonNode> service : services()) {
            boolean runsOnce =
                    service.getValue().path("entrypoint").path(1).asText().endsWith(".sh")
                            || service.getKey().equals("schemas");

            assertThat(service.getValue().path("restart").asText())
                    .as(service.getKey())
                    .isEqualTo(runsOnce ? "" : "unless-stopped");
            assertThat(service.getValue().path("mem_limit").asText())
                    .as(service.getKey())
                    .matches("\\d+[mg]");
        }
    }

    private static List<Map.Entry<String, JsonNode>> services() {
        return List.copyOf(COMPOSE.path("services").properties());
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
