package dev.sluice.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Fetches what the package registries serve into {@code target/interop}, once. What can't be had skips who asks for it. */
final class OutsideParts {
    static final Path FOLDER = Path.of("target", "interop").toAbsolutePath();
    static final Path RESOURCES =
            Path.of("src", "dist", "test", "resources", "interop").toAbsolutePath();

    private static final Path REPOSITORY = Path.of("").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private OutsideParts() {}

    /** A folder with the jars of a broker. */
    static Path broker(String version) throws IOException, InterruptedException {
        Path jars = FOLDER.resolve("kafka-" + version);
        bring(
                "Kafka " + version,
                jars,
                REPOSITORY,
                List.of(
                        REPOSITORY.resolve("mvnw").toString(),
                        "-q",
                        "-B",
                        "-f",
                        RESOURCES.resolve("kafka/pom.xml").toString(),
                        "-Dkafka.version=" + version,
                        "dependency:copy-dependencies",
                        "-DoutputDirectory=" + jars));
        return jars;
    }

    /** The folder of programs of a Python with Confluent's client, its Avro serializers, fastavro and moto's server. */
    static Path python() throws IOException, InterruptedException {
        Path environment = FOLDER.resolve("venv");
        bring(
                "a virtual environment of Python",
                environment,
                FOLDER,
                List.of("python3", "-m", "venv", environment + ""));
        Path programs = environment.resolve("bin");
        bring(
                "Confluent's Python client, fastavro and moto",
                programs.resolve("moto_server"),
                FOLDER,
                List.of(
                        programs.resolve("pip").toString(),
                        "install",
                        "-q",
                        "-r",
                        REPOSITORY.resolve("examples/python/requirements.txt").toString(),
                        "fastavro",
                        "requests",
                        "moto[server,s3]"));
        return programs;
    }

    /** A copy of a folder with a {@code package.json}, and what that names installed in it. */
    static Path node(Path from, Path to) throws IOException, InterruptedException {
        Files.createDirectories(to);
        copy(from, to);
        bring(
                "what " + from.resolve("package.json") + " names",
                to.resolve("node_modules"),
                to,
                List.of("npm", "install", "--no-audit", "--no-fund"));
        return to;
    }

    /** Copies the files of a folder. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void bring(String what, Path there, Path folder, List<String> command)
            throws IOException, InterruptedException {
        if (Files.exists(there)) {
            return;
        }
        Files.createDirectories(folder);
        Path log = FOLDER.resolve("install-" + there.getFileName() + ".log");
        String why;
        try {
            OutsideProcess.Ended ended = OutsideProcess.run(log, folder, PATIENCE, command);
            if (ended.status() == 0 && Files.exists(there)) {
                return;
            }
            why = "status " + ended.status() + ", see " + log;
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        Assumptions.abort("skipped, since " + what + " could not be fetched: " + why);
    }
}
