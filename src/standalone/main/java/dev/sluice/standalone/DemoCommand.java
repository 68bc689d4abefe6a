package dev.sluice.standalone;

import dev.sluice.cli.BundleOption;
import dev.sluice.cli.EventWatcher;
import dev.sluice.client.GenerationPublisher;
import dev.sluice.codec.RequestEncoder;
import dev.sluice.demo.DemoPlan;
import dev.sluice.demo.DemoReport;
import dev.sluice.demo.DemoResults;
import dev.sluice.demo.DemoTable;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.GenerationRequest;
import dev.sluice.storage.ImageStore;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.text.Paragraph;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: the whole path once, with everything in one process. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts broker, registry, S3 and worker in a fresh folder, sends requests under different guidance"
                    + " schedules, and shows what each schedule cost and achieved.",
            "",
            "Ends with 0 only if every request was settled exactly once, and no module was evaluated more often"
                    + " than the plans say."
        })
public final class DemoCommand implements Callable<Integer> {
    /** How long nothing may be settled. All requests together may take longer on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final int CELL = 64;
    /** With half as many steps the small bundles draw broken digits, and more of them under compressed guidance. */
    private static final int STEPS = 50;

    /** Stands for every family. */
    private static final String ALL = "all";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the contact sheet. Topics, images and stores stay there too. Default: a new folder for"
                            + " the sheet alone.")
    private @Nullable Path out;

    @Option(names = "--quick", description = "Fewer requests: under a minute on two cores.")
    private boolean quick;

    @Option(names = "--json", description = "Print the table as one JSON object.")
    private boolean json;

    @Option(
            names = "--family",
            paramLabel = "FAMILY",
            split = ",",
            description =
                    "Show the paper's systems of these families instead: adm, dit, sd, glide, or all. Each is shown full"
                            + " and compressed, on the bundles that ship with Sluice.")
    private List<String> family = List.of();

    @Mixin
    private BundleOption bundles = new BundleOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        String served = served();
        Path folder = out == null ? Files.createTempDirectory("sluice-demo-") : Files.createDirectories(out);
        Path data = Files.createTempDirectory(folder, "data-");
        try {
            return run(served, data, folder);
        } finally {
            if (out == null) {
                delete(data);
            }
        }
    }

    /** The bundles to serve, as the worker's configuration has them. */
    private String served() throws IOException {
        if (!family.isEmpty() && spec.commandLine().getParseResult().hasMatchedOption("--bundle")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--family shows bundles that ship with Sluice, so there is no --bundle beside it");
        }
        if (bundles.folders().size() > 1) {
            throw new ParameterException(spec.commandLine(), "a demo shows the schedules of one --bundle");
        }
        return family.isEmpty() ? bundles.asConfigValue() : BundleOption.asConfigValue(ofFamilies());
    }

    private int run(String served, Path data, Path folder) throws IOException, InterruptedException {
        Map<String, String> overrides = Map.of(
                "bundles", served,
                // Fixed, so that its images are the same bits on every machine of a kind.
                "engine.batch-size", "16",
                "engine.guide-batch-size", "8",
                "price.sku", "demo-cpu-second",
                "price.per-device-second", "0.0001");
        System.err.println("Starting broker, registry, S3 and worker ...");
        try (StandaloneStack stack = StandaloneStack.start(data, StandalonePorts.FREE, overrides)) {
            return run(stack, folder);
        }
    }

    /** The shipped bundles of the families asked for. */
    private List<Path> ofFamilies() throws IOException {
        List<Path> shipped = BundleOption.shipped();
        Map<Path, String> families = new LinkedHashMap<>();
        for (Path bundle : shipped) {
            families.put(bundle, VerifiedBundle.read(bundle).manifest().family());
        }
        Set<String> unknown = new TreeSet<>(family);
        unknown.removeAll(families.values());
        unknown.remove(ALL);
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no bundle of family " + String.join(", ", unknown) + " ships with Sluice; there are "
                            + String.join(", ", new TreeSet<>(families.values())) + ", and " + ALL);
        }
        return shipped.stream()
                .filter(bundle -> family.contains(ALL) || family.contains(families.get(bundle)))
                .toList();
    }

    private int run(StandaloneStack stack, Path folder) throws IOException, InterruptedException {
        List<Bundle> bundles = stack.worker().bundles();
        DemoPlan plan = plan(bundles.stream().map(Bundle::manifest).toList());
        DemoResults results = sample(stack, plan);
        DemoReport report = new DemoReport(plan, results, bundles);
        report.checkEvaluations(stack.worker().meter().chargedNanos());
        List<List<BufferedImage>> images;
        try (ImageStore store = new S3ImageStore(stack.config().s3())) {
            images = report.fetch(store);
        }
        DemoTable table = report.table(images, stack.config().device().open());
        Path sheet = folder.resolve("contact-sheet.png");
        ImageIO.write(report.sheet(images, table, CELL, currency(stack)), "png", sheet.toFile());
        show(table, stack, sheet);
        results.problems().forEach(System.err::println);
        return results.problems().isEmpty() ? 0 : 1;
    }

    /** The user did not ask to keep the stack's own files. */
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private DemoPlan plan(List<BundleManifest> manifests) {
        int images = quick ? 4 : 20;
        return family.isEmpty()
                ? DemoPlan.ofSchedules(manifests.getFirst(), images, STEPS)
                : DemoPlan.ofSystems(manifests, images, STEPS);
    }

    private static DemoResults sample(StandaloneStack stack, DemoPlan plan) throws InterruptedException {
        List<GenerationRequest> requests = plan.shuffled();
        Set<String> ids = new HashSet<>();
        requests.forEach(request -> ids.add(request.id().value()));
        DemoResults results = new DemoResults(ids);
        try (EventWatcher watcher = new EventWatcher(stack.addresses());
                GenerationPublisher publisher =
                        new GenerationPublisher(stack.addresses().client())) {
            RequestEncoder encoder = new RequestEncoder();
            for (GenerationRequest request : requests) {
                publisher.publish(encoder.encode(request), Optional.empty());
            }
            ProgressBar bar = new ProgressBar(System.err, "Requests settled", requests.size());
            long lastSettled = System.nanoTime();
            while (!results.complete()
                    && !stack.worker().failed()
                    && System.nanoTime() - lastSettled < PATIENCE.toNanos()) {
                int before = results.settledCount();
                watcher.poll(Duration.ofMillis(200)).forEach(results::add);
                if (results.settledCount() > before) {
                    lastSettled = System.nanoTime();
                }
                bar.show(results.settledCount());
            }
            // A second outcome would come with the next commits.
            watcher.poll(Duration.ofSeconds(1)).forEach(results::add);
            bar.done();
        }
        if (!results.complete()) {
            results.problem("only " + results.settledCount() + " of " + requests.size() + " requests were settled");
        }
        return results;
    }

    private static String currency(StandaloneStack stack) {
        return stack.config().charges().prices().currency().getCurrencyCode();
    }

    private void show(DemoTable table, StandaloneStack stack, Path sheet) {
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            printer.println(table.asJson());
        } else {
            printer.println();
            table.print(printer, currency(stack), Paragraph.width(System.getenv()));
            printer.println();
            printer.printf(
                    "%d requests, %d settled once; %d evaluations planned, %d counted at the modules.%n",
                    table.requests(), table.settled(), table.evaluationsPlanned(), table.evaluationsCounted());
            printer.println("Contact sheet: " + sheet.toAbsolutePath());
        }
        printer.flush();
    }
}
