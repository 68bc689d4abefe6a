package dev.sluice.cluster;

import dev.sluice.chaos.ClusterTraffic;
import dev.sluice.chaos.checker.Verdict;
import dev.sluice.chaos.surroundings.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An upstream app and the checker that judges, in a JVM of their own within the node's network. Used by one thread. */
final class Traffic implements AutoCloseable {
    private static final Path BUNDLE =
            Path.of("models", "bundles", "glyphs-adm").toAbsolutePath();
    private static final List<String> JVM = List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m");

    private final Path folder;
    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    private Traffic(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        orders = process.outputWriter();
        answers = process.inputReader();
    }

    /** What stands for the traffic before there is any: has nothing to close. */
    static Traffic none() {
        try {
            return new Traffic(Path.of(""), new ProcessBuilder("true").start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes nothing before it is told to. */
    static Traffic of(Cluster cluster, String namespace) {
        try {
            Path folder =
                    Files.createDirectories(cluster.logs().resolve(namespace).resolve("traffic"));
            try (var old = Files.list(folder)) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
            List<String> arguments = List.of(
                    Surroundings.kafka(namespace),
                    Surroundings.registry(namespace),
                    Surroundings.s3(namespace),
                    folder.toString(),
                    BUNDLE.toString(),
                    "1");
            Process process = cluster.inside(ChildJvm.command(ClusterTraffic.class, JVM, arguments))
                    .startTalking(folder.resolve("traffic.log"));
            return new Traffic(folder, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes the chaos suite's mix from now on. */
    Traffic mix(double groupsPerSecond) {
        tell("mix " + groupsPerSecond);
        return this;
    }

    /** Publishes requests of one image and this many steps from now on. 0 a second publishes none. */
    Traffic steps(double perSecond, int steps) {
        tell("steps " + perSecond + " " + steps);
        return this;
    }

    /** Records so far. */
    int published() {
        try {
            return Files.readAllLines(folder.resolve("history.jsonl")).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int outstanding() {
        return Integer.parseInt(tell("outstanding"));
    }

    /** Where {@code history.jsonl} and, once it is judged, {@code trace.csv} and {@code requests.csv} lie. */
    Path folder() {
        return folder;
    }

    /** Publishes no more, waits for what is outstanding, and has everything judged. */
    Verdict judge(Duration patience) {
        return Verdict.parse(tell("judge " + patience.toSeconds()));
    }

    /** What one worker makes in a second of its device, of what was judged last. */
    double evaluationsPerDeviceSecond() {
        try {
            List<String[]> lines = Files.readAllLines(folder.resolve("trace.csv")).stream()
                    .skip(1)
                    .map(line -> line.split(","))
                    .toList();
            double deviceSeconds =
                    lines.stream().mapToDouble(line -> Double.parseDouble(line[7])).sum() / 1000;
            long made =
                    lines.stream().mapToLong(line -> Long.parseLong(line[8])).sum();
            return made / deviceSeconds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tell(String order) {
        try {
            orders.write(order + "\n");
            orders.flush();
            String line = answers.readLine();
            while (line != null && !line.startsWith(ClusterTraffic.ANSWER)) {
                line = answers.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the traffic ended; see " + folder);
            }
            return line.substring(ClusterTraffic.ANSWER.length());
        } catch (IOException e) {
            throw new UncheckedIOException("the traffic ended; see " + folder, e);
        }
    }

    @Override
    public void close() {
        Cluster.end(process);
    }
}
