package dev.sluice.bench;

import dev.sluice.cli.Main;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.text.Nearest;
import dev.sluice.text.Paragraph;
import dev.sluice.worker.DeviceChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice bench}: how fast the engine is on this machine, against what the machine could do. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the engine against a bare loop over the same modules, schedules against full guidance,"
                    + " mixed traffic against its bound and static batches, and the stream without a model.",
            "",
            "All take turns, so that a machine that changes its speed changes it for all of them. Run it on a"
                    + " machine that does nothing else. Ends with 0 even if a target is missed."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final String AUTO = "auto";
    private static final int QUICK_ROWS = 4;
    private static final Path HOME = Path.of(System.getProperty("sluice.home", ""));
    private static final Path KIT = HOME.resolve("models");

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            split = ",",
            description = "Folders of the bundles to measure. Default: the one that ships with Sluice, then"
                    + " models/build/bundles/random-adm-20m, which the model kit makes where there is a Python for it.")
    private List<Path> bundles = List.of();

    @Option(
            names = "--device",
            paramLabel = "cpu|gpu:N",
            defaultValue = "cpu",
            description = "Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of each operator on the CPU. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = {"--batch-size", "--rows-per-call"},
            paramLabel = "N|auto",
            defaultValue = AUTO,
            description =
                    "Batch size of the denoiser; the guide's is half. Default: ${DEFAULT-VALUE}, which measures for each"
                            + " network where more rows gain nothing.")
    private String batchSize = AUTO;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "200",
            description = "Requests of the mixed traffic. Default: ${DEFAULT-VALUE}; few with --quick.")
    private int requests;

    @Option(
            names = "--only",
            paramLabel = "FIGURE",
            split = ",",
            description = "Measure only these figures, by their JSON keys. Default: all.")
    private List<String> only = List.of();

    @Option(
            names = "--quick",
            description = "Every figure in about a minute, to see that it works. The numbers mean nothing.")
    private boolean quick;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "A Python with torch, for the static-batch server and the model kit. Default: the variable"
                    + " SLUICE_PYTHON.")
    private @Nullable Path python = fromEnvironment();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the mixed traffic. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        requireAtLeastOne("--requests", requests);
        requireAtLeastOne("--threads", threads);
        Set<FigureKind> asked = asked();
        DeviceChoice choice = device();
        OptionalInt rows = batchSize();
        List<Path> measured = bundles();
        TorchScriptBundles torch = choice.open();
        Bench.Setup setup = new Bench.Setup(
                measured,
                threads,
                rows,
                quick ? BenchPlan.quick() : BenchPlan.full(requests),
                bundle -> rival(bundle, choice),
                asked,
                seed,
                HOME.toAbsolutePath().resolve("sluice"));
        BenchReport report =
                new Bench(torch, setup, BenchCommand::say).run(Machine.here(deviceName(choice)), versions(torch));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.asJson().toPrettyString());
        } else {
            report.print(out, Paragraph.width(System.getenv()));
        }
        out.flush();
        return 0;
    }

    private Set<FigureKind> asked() {
        if (only.isEmpty()) {
            return EnumSet.allOf(FigureKind.class);
        }
        Set<FigureKind> asked = EnumSet.noneOf(FigureKind.class);
        for (String key : only) {
            asked.add(Arrays.stream(FigureKind.values())
                    .filter(kind -> kind.key().equalsIgnoreCase(key))
                    .findAny()
                    .orElseThrow(() -> {
                        List<String> keys = Arrays.stream(FigureKind.values())
                                .map(FigureKind::key)
                                .toList();
                        return wrong("--only: no figure " + key + "; there are " + String.join(", ", keys)
                                + Nearest.didYouMean(key, keys));
                    }));
        }
        return asked;
    }

    private DeviceChoice device() {
        try {
            return DeviceChoice.parse(device);
        } catch (IllegalArgumentException e) {
            throw wrong("--device is cpu or gpu:N, not " + device);
        }
    }

    private void requireAtLeastOne(String option, int number) {
        if (number < 1) {
            throw wrong(option + " is a number of at least 1, not " + number);
        }
    }

    private OptionalInt batchSize() {
        if (batchSize.equals(AUTO)) {
            return quick ? OptionalInt.of(QUICK_ROWS) : OptionalInt.empty();
        }
        if (!batchSize.matches("[1-9]\\d{0,4}")) {
            throw wrong("--batch-size is a number of at least 1, or auto, not " + batchSize);
        }
        return OptionalInt.of(Integer.parseInt(batchSize));
    }

    private List<Path> bundles() throws InterruptedException {
        if (!bundles.isEmpty()) {
            return bundles;
        }
        List<Path> found = new ArrayList<>(List.of(KIT.resolve("bundles/glyphs-adm")));
        Path larger = LargerBundle.in(KIT);
        Path interpreter = python;
        if (!Files.exists(larger.resolve("bundle.json")) && interpreter != null && !quick) {
            try {
                LargerBundle.make(interpreter, KIT, BenchCommand::say);
            } catch (IOException e) {
                say("No larger bundle: " + e.getMessage());
            }
        }
        if (Files.exists(larger.resolve("bundle.json")) && !quick) {
            found.add(larger);
        }
        return found;
    }

    private StaticOption rival(Path bundle, DeviceChoice choice) {
        Path interpreter = python;
        if (interpreter == null) {
            return new StaticOption.Absent("needs a Python with torch; name one with --python or SLUICE_PYTHON");
        }
        String torchDevice = switch (choice) {
            case DeviceChoice.Cpu cpu -> "cpu";
            case DeviceChoice.Gpu(int number) -> "cuda:" + number;
        };
        return StaticOption.of(interpreter, KIT.resolve("bench"), bundle, threads, torchDevice);
    }

    private static Versions versions(TorchScriptBundles torch) {
        String version = Main.class.getPackage().getImplementationVersion();
        return Versions.here(version == null ? "(not packaged)" : version, commit(), torch.libtorchVersion());
    }

    /** The commit that git names, if the program runs from a checkout. */
    private static String commit() {
        return firstLine("git", "describe", "--always", "--dirty", "--exclude=*")
                .orElse("commit unknown");
    }

    private String deviceName(DeviceChoice choice) {
        return switch (choice) {
            case DeviceChoice.Cpu cpu -> device;
            case DeviceChoice.Gpu(int number) ->
                firstLine("nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "--id=" + number)
                        .map(name -> device + " (" + name + ")")
                        .orElse(device);
        };
    }

    /**
     * The first line that a command prints, run in the program's folder; empty where it can't be run or prints nothing.
     */
    private static Optional<String> firstLine(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(HOME.toAbsolutePath().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var answer = process.inputReader()) {
                return Optional.ofNullable(answer.readLine());
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static void say(String line) {
        System.err.println(line);
    }

    private static @Nullable Path fromEnvironment() {
        String named = System.getenv("SLUICE_PYTHON");
        return named == null || named.isBlank() ? null : Path.of(named);
    }
}
