package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.wire.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged application, laid out as the Dockerfile lays out the CPU's image and started by its entry point: on a JRE of its
 * modules, in its environment, without the jar that holds libtorch. {@code /opt} and {@code /tmp} stand in a folder here. The
 * host's certificates are hidden, by a mount namespace of its own; where those aren't allowed, nothing is tested.
 */
class ImageLayoutIT {
    private static final Dockerfile DOCKERFILE = Dockerfile.read(Path.of("Dockerfile"));

    /** What no image holds, since its native libraries are unpacked. */
    private static final String PACKED_LIBTORCH = "pytorch-native-cpu-";

    /** Where the host may keep certificates: what the native client looks through on any Linux. */
    private static final List<String> CERTIFICATES =
            List.of("/etc/ssl", "/etc/pki", "/etc/openssl", "/usr/local/share/certs", "/var/ssl");

    private static final String BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

    /** Hides them, lays out what the image has instead, and becomes the program. */
    private static final String HIDE = """
            for folder in %s; do
              [ ! -d "$folder" ] || mount -t tmpfs none "$folder"
            done
            [ ! -d "$1" ] || cp -R "$1/." /etc/
            shift
            exec "$@"
            """.formatted(String.join(" ", CERTIFICATES));

    @TempDir
    private static Path root = Path.of("");

    private static List<String> namespace = List.of();

    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void layOut() throws Exception {
        namespace = namespace();
        Files.createDirectories(root.resolve("tmp"));
        layOutCertificates();
        String modules = DOCKERFILE
                .stage("jre")
                .all("RUN")
                .findFirst()
                .orElseThrow()
                .words()
                .getLast();
        run(new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                modules,
                "--strip-debug",
                "--output",
                root.resolve("opt/jre").toString()));
        Path sluice = root.resolve("opt/sluice");
        Files.createDirectories(sluice.resolve("lib"));
        Path built = Path.of("src/cli/target");
        Files.copy(built.resolve("sluice-cli-" + version() + ".jar"), sluice.resolve("sluice.jar"));
        copy(Path.of("models/bundles"), sluice.resolve("models/bundles"));
        try (Stream<Path> jars = Files.list(built.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                String name = jar.getFileName().toString();
                if (!name.startsWith(PACKED_LIBTORCH)) {
                    Files.copy(jar, sluice.resolve("lib").resolve(name));
                }
                if (name.startsWith(PACKED_LIBTORCH)) {
                    unpack(jar, "pytorch/cpu/linux-x86_64/", root.resolve("opt/libtorch/lib"));
                } else if (name.startsWith("pytorch-jni-")) {
                    unpack(jar, "jnilib/linux-x86_64/cpu/", root.resolve("opt/libtorch/lib"));
                } else if (name.startsWith("tokenizers-")) {
                    unpack(jar, "native/lib/linux-x86_64/cpu/", sluice.resolve("native"));
                }
            }
        }
    }

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<version>(.+)</version>").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** A prefix that runs a command among mounts of its own. */
    private static List<String> namespace() throws Exception {
        for (List<String> prefix :
                List.of(List.of("unshare", "--mount"), List.of("unshare", "--mount", "--map-root-user"))) {
            List<String> probe = new ArrayList<>(prefix);
            probe.addAll(List.of("sh", "-ec", "mount -t tmpfs none /etc/ssl; [ -z \"$(ls -A /etc/ssl)\" ]"));
            if (exitCode(probe) == 0) {
                return prefix;
            }
        }
        return abort(
                "this host allows no mount namespaces, so its certificates can't be hidden and nothing was tested");
    }

    private static int exitCode(List<String> command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void saysWhatToDoWhereThereAreNoCertificates() throws Exception {
        Path config = root.resolve("tmp/worker.yaml");
        Files.writeString(config, """
                bundles: [%s]
                state-directory: %s
                http.port: 0
                kafka.bootstrap-servers: 127.0.0.1:1
                registry.url: http://127.0.0.1:1
                s3: {endpoint: "http://127.0.0.1:1", bucket: images}
                price: {sku: cpu, per-device-second: 0.001}
                """.formatted(in("/opt/sluice/models/bundles/glyphs-adm"), root.resolve("state")));
        Process worker = start(root.resolve("nothing"), "worker", "--config=" + config);

        assertThat(worker.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(1);
        assertThat(Files.readString(root.resolve("tmp/worker.log")))
                .contains("s3.client: crt finds no certificates of authorities on this system", "s3.client: netty")
                .doesNotContain("\tat ");
    }

    @Test
    void makesAnImageAndWritesNothingBesideStateAndTmp(@TempDir Path services) throws Exception {
        List<Path> before = files("opt");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(services.resolve("kafka"), 0);
                EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(services.resolve("registry"), 0);
                EmbeddedS3 s3 = EmbeddedS3.start(services.resolve("s3"), 0, "sluice", "sluice-layout")) {
            s3.createBucket("images");
            kafka.createTopics(
                    Topics.DEFAULT.all().stream().collect(Collectors.toMap(topic -> topic, topic -> 2)), Map.of());
            List<String> where = List.of("--kafka=" + kafka.bootstrapServers(), "--registry=" + registry.url());
            assertEndsWell("schemas", "register", where.getLast());
            // The bundle with classes alone, and the one with a decoder.
            String bundles = in("/opt/sluice/models/bundles/");
            Path config = Files.writeString(root.resolve("tmp/serving.yaml"), """
                    bundles: [%s, %s]
                    state-directory: %s
                    http.port: 0
                    kafka.bootstrap-servers: %s
                    registry.url: %s
                    s3: {endpoint: "%s", bucket: images, path-style: true, access-key: sluice, secret-key: sluice-layout}
                    price: {sku: cpu, per-device-second: 0.001}
                    """.formatted(
                            bundles + "glyphs-adm",
                            bundles + "glyphs-dit",
                            root.resolve("state"),
                            kafka.bootstrapServers(),
                            registry.url(),
                            s3.endpoint()));
            try (BufferedReader said = start("worker", "--config=" + config).inputReader()) {
                assertThat(said.lines().anyMatch(line -> line.endsWith(" is up.")))
                        .as("it came up")
                        .isTrue();
                for (String model : List.of("glyphs-adm", "glyphs-dit")) {
                    assertThat(assertEndsWell(
                                    "submit",
                                    where.getFirst(),
                                    where.getLast(),
                                    "--model=" + model,
                                    "--label=seven",
                                    "--steps=4",
                                    "--wait"))
                            .contains("completed")
                            .contains("s3://");
                }
            }
        }
        assertThat(files("opt")).isEqualTo(before);
        assertThat(root.resolve("tmp/djl")).as("what DJL had to unpack").doesNotExist();
    }

    private String assertEndsWell(String... arguments) throws Exception {
        Process command = start(arguments);
        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(command.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(command.exitValue()).as(said).isZero();
        return said;
    }

    private Process start(String... arguments) throws IOException {
        return start(root.resolve("etc"), arguments);
    }

    /** Starts the entry point in the image's environment and no other, with files of its own in {@code /etc}. */
    private Process start(Path etc, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(namespace);
        command.addAll(List.of("sh", "-euc", HIDE, "sh", etc.toString()));
        int program = command.size();
        for (String word : new JsonMapper()
                .readValue(
                        DOCKERFILE
                                .stage("runtime")
                                .all("ENTRYPOINT")
                                .findFirst()
                                .orElseThrow()
                                .text(),
                        String[].class)) {
            command.add(in(word));
        }
        command.add(program + 1, "-Djava.io.tmpdir=" + root.resolve("tmp"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        root.resolve("tmp/" + arguments[0] + ".log").toFile()));
        builder.environment().clear();
        DOCKERFILE
                .environment("cpu")
                .forEach((name, value) -> builder.environment().put(name, in(value)));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** The host's bundle for that of the stage which the Dockerfile takes it from. */
    private static void layOutCertificates() throws IOException {
        assertThat(DOCKERFILE.stage("runtime").all("COPY").map(Dockerfile.Instruction::words))
                .as("the image has " + BUNDLE)
                .anyMatch(words -> words.contains(BUNDLE));
        assumeTrue(Files.exists(Path.of(BUNDLE)), "this host has no " + BUNDLE + " to lay out, so nothing was tested");
        Files.createDirectories(root.resolve("etc/ssl/certs"));
        Files.copy(Path.of(BUNDLE), root.resolve(BUNDLE.substring(1)));
    }

    private static String in(String text) {
        return text.replaceAll("(?<!\\w)/(opt|tmp)/", root + "/$1/");
    }

    private List<Path> files(String folder) throws IOException {
        try (Stream<Path> all = Files.walk(root.resolve(folder))) {
            return all.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private static void unpack(Path jar, String folder, Path target) throws IOException {
        Files.createDirectories(target);
        try (JarFile archive = new JarFile(jar.toFile())) {
            for (var entry : archive.stream()
                    .filter(file -> file.getName().startsWith(folder) && !file.isDirectory())
                    .toList()) {
                try (InputStream content = archive.getInputStream(entry)) {
                    Files.copy(content, target.resolve(entry.getName().substring(folder.length())));
                }
            }
        }
    }

    private static void run(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
