package dev.sluice.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice chaos}: checks the worker's promises under every fault there is. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Breaks one thing after another around running workers, and judges whether they kept their promises.",
            "",
            "Workers, broker, registry and S3 run in processes of their own, and requests of every kind are published. In"
                    + " the end each request must have exactly one outcome and its images, and what was charged must be what"
                    + " was used. Ends with 0 if that is so.",
            "",
            "Example: sluice chaos --requests 500 --minutes 5 --seed 1"
        })
public final class ChaosCommand implements Callable<Integer> {
    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Requests to publish. Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "5",
            description =
                    "Shortest time over which requests are published. Faults that last a minute or more need 15. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of traffic and faults. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Workers that run all the time. Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--only",
            paramLabel = "FAULT",
            split = ",",
            description = "Only faults whose names begin so. Default: all.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "List the faults, then end.")
    private boolean list;

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description = "Folder of the bundle to serve. Default: the one that ships with Sluice.")
    private Path bundle = Path.of(System.getProperty("sluice.home", ""), "models/bundles/glyphs-adm");

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Folder where logs, topics, objects and history stay. Default: a temporary folder, which stays only"
                            + " if something was wrong.")
    private @Nullable Path keep;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            ChaosPlan.allFaults().forEach(out::println);
            return 0;
        }
        requireAtLeastOne("--requests", requests);
        requireAtLeastOne("--minutes", minutes);
        requireAtLeastOne("--workers", workers);
        Path folder = keep == null ? Files.createTempDirectory("sluice-chaos-") : keep;
        ChaosReport report = new Chaos(plan(folder.toAbsolutePath())).run();
        if (json) {
            out.println(report.asJson().toPrettyString());
        } else {
            out.print(report.summary());
        }
        out.flush();
        if (report.ok() && keep == null) {
            delete(folder);
        } else {
            spec.commandLine().getErr().println("Logs, topics and objects are in " + folder + ".");
        }
        return report.ok() ? 0 : 1;
    }

    private ChaosPlan plan(Path folder) {
        try {
            return new ChaosPlan(
                    requests, Duration.ofMinutes(minutes), seed, workers, only, bundle.toAbsolutePath(), folder);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, not " + value);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
