package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.worker.BatchSizeChoice;
import dev.sluice.worker.BatchSizeFile;
import dev.sluice.worker.CallerThread;
import dev.sluice.worker.ConfigException;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.DeviceChoice;
import dev.sluice.worker.OtherProcesses;
import dev.sluice.worker.RenamedKeys;
import dev.sluice.worker.StartReport;
import dev.sluice.worker.WorkerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice sweep}: measures batch sizes as a worker's start does where none are set, at any time. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the best batch size of each network, and keeps it for a worker's next start.",
            "",
            "Run it on the worker's machine while little else runs there. A size that is in doubt is reported and not"
                    + " kept. The command then ends with 1."
        })
final class SweepCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A worker's YAML file, for its bundles, device, threads and state directory. Environment variables"
                            + " override it. Instead of --bundle, --device, --threads and --state.")
    private @Nullable Path config;

    @Mixin
    private BundleOption bundle = new BundleOption();

    @Option(names = "--device", defaultValue = "cpu", description = "cpu, or gpu:N. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of each operator on the CPU, as engine.threads. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "data/state",
            description = "The worker's state directory. Default: ${DEFAULT-VALUE}, a standalone's.")
    private Path state = Path.of("data/state");

    @Option(
            names = "--budget",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to measure each network. A worker's start takes 5. Default: ${DEFAULT-VALUE}.")
    private int budgetSeconds;

    @Option(names = "--json", description = "Print what was measured as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The bundles to measure, and where the choice is kept. */
    private record Asked(List<Path> bundles, DeviceChoice device, int threads, Path state) {}

    /** What was measured of one bundle. */
    private record Measured(VerifiedBundle bundle, List<BatchSizeChoice.Swept> networks) {}

    @Override
    public Integer call() throws InterruptedException {
        Companions.refuse(spec, List.of("--bundle", "--device", "--threads", "--state"), "--config");
        Asked asked = asked();
        List<VerifiedBundle> verified =
                asked.bundles().stream().map(VerifiedBundle::read).toList();
        TorchScriptBundles torch = asked.device().open();
        BatchSizeChoice.Place place = BatchSizeChoice.Place.of(torch, asked.threads());
        BatchSizeFile file = BatchSizeFile.of(asked.state());
        List<Measured> all = new ArrayList<>();
        try (StartReport report = new StartReport(System::nanoTime)) {
            BatchSizeChoice sizes = new BatchSizeChoice(
                    file,
                    new BatchSizeSweep(EngineClock.SYSTEM, Duration.ofSeconds(budgetSeconds)),
                    OtherProcesses.beside(asked.device()),
                    place,
                    report);
            for (VerifiedBundle next : verified) {
                spec.commandLine()
                        .getErr()
                        .println("Measuring " + next.manifest().name() + " on " + place.device() + " ...");
                try (Bundle opened = torch.open(next)) {
                    all.add(new Measured(next, CallerThread.call(torch, asked.threads(), () -> sizes.measure(opened))));
                }
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(place, file, all));
        } else {
            all.forEach(measured -> print(out, measured));
        }
        out.flush();
        return verdict(file, all);
    }

    private Asked asked() {
        if (config == null) {
            try {
                return new Asked(bundle.folders(), DeviceChoice.parse(device), threads, state);
            } catch (IllegalArgumentException e) {
                throw new Main.Failure("--device: must be cpu or gpu:N, not \"" + device + "\"");
            }
        }
        Map<String, String> fromFile = ConfigSource.file(config);
        Map<String, String> values = RenamedKeys.merged(fromFile, ConfigSource.environment(System.getenv(), fromFile));
        WorkerConfig.Draft draft = WorkerConfig.draft(values);
        List<String> problems = draft.problems().stream()
                .filter(problem -> List.of("bundles:", "device:", "engine.threads:", "state-directory:").stream()
                        .anyMatch(problem::startsWith))
                .toList();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        WorkerConfig worker = draft.config();
        return new Asked(
                worker.bundles(),
                worker.device(),
                worker.engine().threads(),
                worker.stream().stateDirectory());
    }

    private static void print(PrintWriter out, Measured measured) {
        for (BatchSizeChoice.Swept swept : measured.networks()) {
            out.println();
            out.println(measured.bundle().manifest().name() + ", "
                    + swept.network().label() + ", up to " + swept.mostRows() + " rows");
            out.print(swept.table().text());
            swept.doubts().forEach(doubt -> out.println("in doubt: " + doubt));
        }
        out.println();
    }

    /** The last word, and the exit code. */
    private int verdict(BatchSizeFile file, List<Measured> all) {
        List<String> doubtful = all.stream()
                .flatMap(measured -> measured.networks().stream()
                        .filter(swept -> !swept.kept())
                        .map(swept -> measured.bundle().manifest().name() + "'s "
                                + swept.network().label()))
                .toList();
        if (doubtful.isEmpty()) {
            if (!json) {
                spec.commandLine()
                        .getOut()
                        .println("Kept in " + file.path() + "; a worker takes it from there when it starts.");
            }
            return 0;
        }
        throw new Main.Failure("Not kept: " + String.join(", ", doubtful)
                + ". Measure again while less runs here, or with a larger --budget; or set the rows in the worker's"
                + " configuration.");
    }

    private static ObjectNode asJson(BatchSizeChoice.Place place, BatchSizeFile file, List<Measured> all) {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("device", place.device());
        root.put("libtorch", place.libtorch());
        root.put("threads", place.threads());
        root.put("file", file.path().toString());
        ArrayNode bundles = root.putArray("bundles");
        for (Measured measured : all) {
            ObjectNode bundle = bundles.addObject();
            bundle.put("name", measured.bundle().manifest().name());
            bundle.put("sha256", measured.bundle().identity().sha256());
            ArrayNode networks = bundle.putArray("networks");
            measured.networks().forEach(swept -> addNetwork(networks.addObject(), swept));
        }
        return root;
    }

    private static void addNetwork(ObjectNode network, BatchSizeChoice.Swept swept) {
        network.put("network", swept.network().label());
        network.put("rows", swept.rows());
        network.put("mostRows", swept.mostRows());
        network.put("kept", swept.kept());
        ArrayNode doubts = network.putArray("doubts");
        swept.doubts().forEach(doubts::add);
        ArrayNode sizes = network.putArray("measured");
        swept.table()
                .measured()
                .forEach(size -> sizes.addObject()
                        .put("rows", size.rows())
                        .put("callMillis", size.batchMillis())
                        .put("rowsPerSecond", size.rowsPerSecond())
                        .put("spread", size.spread()));
        ArrayNode skipped = network.putArray("notMeasured");
        swept.table()
                .firstSkipped()
                .forEach(size -> skipped.addObject()
                        .put("fromRows", size.rows())
                        .put("reason", size.reason().text()));
    }
}
