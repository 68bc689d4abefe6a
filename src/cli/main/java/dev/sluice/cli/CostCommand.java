package dev.sluice.cli;

import dev.sluice.cost.CostCheck;
import dev.sluice.cost.CostJson;
import dev.sluice.cost.CostReport;
import dev.sluice.cost.CostTable;
import dev.sluice.cost.CostTopic;
import dev.sluice.cost.Dimension;
import dev.sluice.cost.FocusCsv;
import dev.sluice.cost.FocusSettings;
import dev.sluice.cost.Retained;
import dev.sluice.text.Nearest;
import dev.sluice.text.Paragraph;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice cost}: who spent what, what compression saved, and whether it adds up. */
@Command(
        name = "cost",
        mixinStandardHelpOptions = true,
        description = {
            "Adds up the charges on the cost topic.",
            "",
            "Reads what is committed when the command starts. Times are in UTC. A day means its first moment.",
            "",
            "Examples: sluice cost --by tenant,model --from 2026-01-01 --to 2026-02-01",
            "          sluice cost --by tenant,schedule     (skipped, saved s and saved cost: what compression saved)",
            "          sluice cost --check --state-directory data/state"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:something failed; with --check, it does not add up, or that can't be said",
            "2:wrong usage"
        })
final class CostCommand implements Callable<Integer> {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(names = "--topic", paramLabel = "NAME", description = "Default: generation.costs.")
    private @Nullable String topic;

    @Option(
            names = "--by",
            paramLabel = "DIMENSION",
            split = ",",
            converter = ByName.class,
            defaultValue = "tenant",
            description =
                    "What to group by: tenant, model, sku, guidance, schedule, outcome, kind, worker, process, hour, day,"
                            + " month, unit, price, tag:NAME. Default: ${DEFAULT-VALUE}.")
    private List<Dimension> by = List.of();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = Moment.class,
            description =
                    "A day or an instant. Charges that start before it are left out. Default: the topic's beginning.")
    private Instant from = Instant.EPOCH;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "A day or an instant. Charges that start at it or later are left out. Default: none.")
    private Instant to = Instant.MAX;

    @Option(
            names = "--format",
            defaultValue = "TABLE",
            description =
                    "table, csv or json. csv has the columns of FOCUS, by hour, day or month (see --focus). Default:"
                            + " table.")
    private Format format = Format.TABLE;

    @Mixin
    private FocusOptions focus = new FocusOptions();

    @Option(
            names = "--check",
            description =
                    "Compare charges with the device time that worker processes spent. Processes are compared whole, from"
                            + " their start on. Those that started after --to are left out.")
    private boolean check;

    @Option(
            names = "--state-directory",
            paramLabel = "DIR",
            defaultValue = "data/state",
            description = "With --check: state directory of a worker, which has its meters. May be repeated. Default:"
                    + " ${DEFAULT-VALUE}, a standalone's.")
    private List<Path> stateDirectories = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** How a report is written. */
    private enum Format {
        TABLE,
        CSV,
        JSON
    }

    /** A dimension by its name. */
    static final class ByName implements ITypeConverter<Dimension> {
        @Override
        public Dimension convert(String value) {
            try {
                return Dimension.parse(value.strip());
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage()
                        + Nearest.didYouMean(
                                value.strip(), List.of(Dimension.names().split(", ", -1))));
            }
        }
    }

    /** A day or an instant, in UTC. */
    static final class Moment implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return value.contains("T")
                        ? Instant.parse(value)
                        : LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
            } catch (DateTimeException e) {
                throw new TypeConversionException(
                        "must be a day such as 2026-01-31 or an instant such as 2026-01-31T12:00:00Z, not " + value);
            }
        }
    }

    @Override
    public Integer call() {
        if (!from.isBefore(to)) {
            throw new ParameterException(spec.commandLine(), "--from must be before --to");
        }
        Companions.require(spec, List.of("--state-directory"), "--check");
        Companions.refuse(spec, List.of("--by", "--focus"), "--check");
        if (format != Format.CSV
                && !check
                && spec.commandLine().getParseResult().hasMatchedOption("--focus")) {
            throw new ParameterException(spec.commandLine(), "--focus does nothing without --format csv");
        }
        by.stream()
                .map(Dimension::name)
                .filter(name ->
                        by.stream().filter(other -> other.name().equals(name)).count() > 1)
                .findFirst()
                .ifPresent(twice -> {
                    throw new ParameterException(spec.commandLine(), "--by: " + twice + " is there twice");
                });
        return check ? check() : report();
    }

    private int report() {
        FocusSettings settings = focus.settings(connection.addresses().properties(), System.getenv(), spec);
        CostReport report = new CostReport(format == Format.CSV ? FocusCsv.dimensions(by) : by);
        CostTopic.Reading reading = read(costs -> costs.read(from, to, report::add));
        Retained retained = reading.retained();
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TABLE -> CostTable.print(report, retained, from, Paragraph.width(System.getenv()), out);
            case CSV -> {
                FocusCsv.print(report, retained, settings, from, to, out);
                retained.note(from).ifPresent(spec.commandLine().getErr()::println);
                report.freeNote().ifPresent(spec.commandLine().getErr()::println);
            }
            case JSON -> out.println(CostJson.of(report, retained, from));
        }
        out.flush();
        if (reading.unread() > 0) {
            throw new Main.Failure(
                    reading.unread()
                            + " records of the topic can't be read, and are in no sum: the registry does not know their schemas.");
        }
        if (reading.strange() > 0) {
            throw new Main.Failure(reading.strange() + " records of the topic are no charges, and in no sum.");
        }
        return 0;
    }

    private int check() {
        if (format == Format.CSV) {
            throw new ParameterException(spec.commandLine(), "--check writes a table or json");
        }
        Meters meters = new Meters(stateDirectories);
        CostCheck charges = new CostCheck();
        Instant begin = meters.since(from);
        CostTopic.Reading reading = read(costs -> costs.readWritten(begin, charges::add));
        // Read again now: what was charged meanwhile was spent before.
        CostVerdict verdict = CostVerdict.of(charges, meters.startedBefore(to), reading, begin);
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(verdict.asJson());
        } else {
            verdict.print(out, Paragraph.width(System.getenv()));
        }
        out.flush();
        return verdict.addsUp() ? 0 : 1;
    }

    private CostTopic.Reading read(Function<CostTopic, CostTopic.Reading> reading) {
        Addresses addresses = connection.reachableWithRegistry();
        String name = topic == null ? addresses.topics().costs() : topic;
        try {
            return reading.apply(new CostTopic(FocusOptions.without(addresses.clientProperties()), name));
        } catch (KafkaException e) {
            throw new Main.Failure("can't read " + name + ": " + Main.said(e));
        }
    }
}
