package dev.sluice.cli;

import dev.sluice.capacity.CapacityJson;
import dev.sluice.capacity.CapacityPlan;
import dev.sluice.capacity.CapacityReport;
import dev.sluice.capacity.CapacityTable;
import dev.sluice.capacity.Fleet;
import dev.sluice.capacity.Guiding;
import dev.sluice.capacity.Run;
import dev.sluice.capacity.Target;
import dev.sluice.capacity.Trace;
import dev.sluice.engine.simulation.SimulatedEngine;
import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.text.Paragraph;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice capacity}: how many workers a trace needs, and what schedules and KEDA's settings do to that. */
@Command(
        name = "capacity",
        mixinStandardHelpOptions = true,
        description = {
            "Simulates workers with the engine's own scheduler. Says how many keep a target, at what cost, what"
                    + " schedules save, and what KEDA's settings do to latency. Starts nothing. The same options give the"
                    + " same figures.",
            "",
            "Example: sluice capacity --rate 2 --mix share=7,steps=50,guided=10 --mix share=3,steps=250,guided=250"
                    + " --gpu-row-ms 2 --slo p95=30s --price 0.00028",
            "What is simulated, and how closely: docs/scale.md."
        })
final class CapacityCommand implements Callable<Integer> {
    private static final int FEW_IMAGES = 64;
    private static final int CALLS_OF_IMAGES = 4;

    @Mixin
    private TrafficOptions traffic = new TrafficOptions();

    @Mixin
    private RowCostOptions rowCosts = new RowCostOptions();

    @Option(
            names = "--slo",
            required = true,
            paramLabel = "pN=TIME",
            converter = TargetOf.class,
            description = "Target. p95=30s: 95 %% of requests complete within 30 s of their publication.")
    private @Nullable Target target;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Say what N workers do, instead of how many the target takes.")
    private @Nullable Integer workers;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "12",
            description = "Partitions of the request topic. Workers beyond these are idle. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--max-images",
            paramLabel = "N",
            description = "As engine.max-images. Default: four denoiser batches, at least 64.")
    private @Nullable Integer maxImages;

    @Option(
            names = "--aside",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "200ms",
            description = "Time that a request spends outside of the engine: publishing, storing, settling. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration aside = Duration.ofMillis(200);

    @Option(
            names = "--commit",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "0s",
            description = "How long a worker's commits take, in which it takes and settles nothing: what"
                    + " sluice_kafka_commit_latency_max_millis says, where that is more than 100 ms. Default:"
                    + " ${DEFAULT-VALUE}, as part of --aside.")
    private Duration commit = Duration.ZERO;

    @Option(
            names = "--rebalance",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "3s",
            description = "How long nobody reads a partition that moves to another worker. Default: ${DEFAULT-VALUE}.")
    private Duration rebalance = Duration.ofSeconds(3);

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "30s",
            description = "As shutdown.grace. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ofSeconds(30);

    @Option(
            names = "--compress-to",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Largest share of the steps that a compressed schedule guides. Default: ${DEFAULT-VALUE}.")
    private double compressTo;

    @Mixin
    private KedaOptions keda = new KedaOptions();

    @Option(
            names = "--price",
            paramLabel = "AMOUNT",
            description = "Price of a worker's second, whether it works or not.")
    private @Nullable BigDecimal price;

    @Option(
            names = "--currency",
            paramLabel = "CODE",
            converter = CurrencyOf.class,
            defaultValue = "USD",
            description = "Currency of --price. Default: ${DEFAULT-VALUE}.")
    private Currency currency = Currency.getInstance("USD");

    @Option(
            names = "--detail",
            paramLabel = "HOW",
            defaultValue = "IMAGES",
            description =
                    "images: fast. rows: batch by batch with the engine's own loop, for short traces. Default: images.")
    private Fleet.Detail detail = Fleet.Detail.IMAGES;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** {@code p95=30s}. */
    static final class TargetOf implements ITypeConverter<Target> {
        private static final Pattern TARGET = Pattern.compile("p([0-9]{1,2}(?:\\.[0-9]{1,4})?)=(.+)");

        @Override
        public Target convert(String value) {
            Matcher matcher = TARGET.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException("must be a target such as p95=30s, not " + value);
            }
            try {
                return new Target(Double.parseDouble(matcher.group(1)) / 100, new Span().convert(matcher.group(2)));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("must be a target such as p95=30s, not " + value);
            }
        }
    }

    /** {@code EUR}. */
    static final class CurrencyOf implements ITypeConverter<Currency> {
        @Override
        public Currency convert(String value) {
            try {
                return Currency.getInstance(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("must be a currency's code such as EUR, not " + value);
            }
        }
    }

    @Override
    public Integer call() {
        requireWith("--keda", KedaOptions.NAMES);
        requireWith("--rate", TrafficOptions.NAMES_OF_RATE);
        Trace trace = traffic.trace();
        Fleet fleet = fleet(trace);
        CapacityReport report = report(trace, fleet);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(CapacityJson.of(report));
        } else {
            CapacityTable.print(report, Paragraph.width(System.getenv()), out);
        }
        out.flush();
        return 0;
    }

    private Fleet fleet(Trace trace) {
        List<SimulatedModel> models = rowCosts.models(TrafficOptions.models(trace));
        require(partitions >= 1 && partitions <= 100_000, "--partitions must be from 1 to 100000, not " + partitions);
        require(workers == null || workers >= 1, "--workers must be at least 1, not " + workers);
        require(maxImages == null || maxImages >= 1, "--max-images must be at least 1, not " + maxImages);
        require(price == null || price.signum() >= 0, "--price must not be negative, not " + price);
        require(
                detail == Fleet.Detail.IMAGES || TrafficOptions.mostSteps(trace) <= SimulatedEngine.MOST_STEPS,
                "--detail rows takes requests of at most " + SimulatedEngine.MOST_STEPS + " steps");
        int rows =
                models.stream().mapToInt(model -> model.rows().denoiser()).max().orElse(1);
        int most = maxImages == null ? Math.max(FEW_IMAGES, CALLS_OF_IMAGES * rows) : maxImages;
        return new Fleet(models, partitions, most, aside, commit, rebalance, grace, detail);
    }

    private CapacityReport report(Trace trace, Fleet fleet) {
        if (target == null) {
            throw new IllegalStateException("--slo is required");
        }
        CapacityPlan plan = new CapacityPlan(fleet, target, partitions);
        List<CapacityReport.Schedule> schedules = new ArrayList<>();
        for (Guiding guiding : guidings()) {
            Trace guided = trace.guided(guiding);
            schedules.add(new CapacityReport.Schedule(
                    guiding, workers == null ? plan.fewest(guided) : plan.with(workers, guided)));
        }
        List<CapacityReport.Scaled> scaled = new ArrayList<>();
        if (keda.wanted()) {
            keda.all(partitions).forEach(settings -> {
                Run run = plan.with(settings, trace);
                scaled.add(new CapacityReport.Scaled(settings, run, plan.met(run)));
            });
        }
        return new CapacityReport(trace, fleet, target, Optional.ofNullable(price), currency, schedules, scaled);
    }

    private List<Guiding> guidings() {
        try {
            return List.of(new Guiding.Fully(), new Guiding.AsAsked(), new Guiding.Compressed(compressTo));
        } catch (IllegalArgumentException e) {
            throw new Main.WrongUsage("--compress-to " + e.getMessage());
        }
    }

    private void requireWith(String needed, List<String> names) {
        CommandLine.ParseResult given = spec.commandLine().getParseResult();
        names.stream()
                .filter(name -> given.hasMatchedOption(name) && !given.hasMatchedOption(needed))
                .findFirst()
                .ifPresent(name -> {
                    throw new Main.WrongUsage(name + " says nothing without " + needed);
                });
    }

    private static void require(boolean right, String problem) {
        if (!right) {
            throw new Main.WrongUsage(problem);
        }
    }
}
