package dev.sluice.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a worker's process is started: the product's own command, on this process's JVM and class path.
 *
 * @param name worker id
 * @param folder of the worker's own: configuration, state directory, log
 * @param settings configuration keys, over those that are the worker's own
 */
record WorkerLaunch(String name, Path folder, Map<String, String> settings) {
    private static final String MAIN = FaultyWorker.class.getName();
    private static final int UNSAFE_FLAG_SINCE = 24;

    Path stateDirectory() {
        return folder.resolve("state");
    }

    Path log() {
        return folder.resolve("worker.log");
    }

    /** Writes the configuration and starts the process; its input and outputs are pipes. */
    Process start() throws IOException {
        Files.createDirectories(folder);
        clearTemporary();
        Map<String, String> all = new TreeMap<>(settings);
        all.put("worker.id", name);
        all.put("state-directory", stateDirectory().toString());
        all.put("http.port", "0");
        Path file = folder.resolve("worker.yaml");
        Files.writeString(
                file,
                all.entrySet().stream()
                        .map(entry -> entry.getKey() + ": \"" + entry.getValue() + "\"\n")
                        .collect(Collectors.joining()));
        ProcessBuilder builder = new ProcessBuilder(command(file)).redirectErrorStream(true);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        return builder.start();
    }

    private Path temporary() {
        return folder.resolve("tmp");
    }

    /** Native libraries are unpacked there, and a killed process leaves them behind. */
    private void clearTemporary() throws IOException {
        Files.createDirectories(temporary());
        try (Stream<Path> left = Files.list(temporary())) {
            for (Path file : left.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> command(Path config) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= UNSAFE_FLAG_SINCE) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        // A worker lives for seconds here, so what starts quickly is better than what runs fastest.
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + folder.resolve("crash.log")));
        command.add("-Djava.io.tmpdir=" + temporary());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        command.addAll(List.of("worker", "--config", config.toString()));
        return command;
    }
}
