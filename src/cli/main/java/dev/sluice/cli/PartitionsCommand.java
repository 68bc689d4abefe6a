package dev.sluice.cli;

import dev.sluice.stream.PartitionGrowth;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import dev.sluice.wire.Topics;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice partitions}: gives a stopped installation more partitions. */
@Command(
        name = "partitions",
        mixinStandardHelpOptions = true,
        description = {
            "Adds partitions to an installation whose workers are stopped.",
            "",
            "Requests, cancellations and the changelogs of the workers' group get N partitions. What workers"
                    + " remember of each request moves to the new partition of its id. Nothing is lost: workers hand over"
                    + " what waits in the topics. Run it again if a run broke off, or if partitions were added by other"
                    + " means. Partitions can't be taken away."
        })
final class PartitionsCommand implements Callable<Integer> {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(names = "--to", paramLabel = "N", required = true, description = "How many partitions there should be.")
    private int partitions;

    @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--group",
            paramLabel = "NAME",
            defaultValue = "sluice",
            description = "Consumer group of the workers, as application.id. Default: ${DEFAULT-VALUE}.")
    private String group = "";

    @Option(
            names = "--requests",
            paramLabel = "TOPIC",
            description = "Topic of requests, as topics.requests. Default: ${DEFAULT-VALUE}.")
    private String requests = Topics.DEFAULT.requests();

    @Option(
            names = "--cancellations",
            paramLabel = "TOPIC",
            description = "Topic of cancellations, as topics.cancellations. Default: ${DEFAULT-VALUE}.")
    private String cancellations = Topics.DEFAULT.cancellations();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        if (partitions < 1) {
            throw new ParameterException(spec.commandLine(), "--to must be 1 or more");
        }
        PartitionGrowth growth =
                new PartitionGrowth(connection.reachable().clientProperties(), group, requests, cancellations);
        try {
            print(dryRun ? growth.plan(partitions) : growth.grow(partitions));
        } catch (PartitionGrowth.RefusedException no) {
            throw new Main.Failure(String.valueOf(no.getMessage()));
        }
        return 0;
    }

    private void print(PartitionGrowth.Report report) {
        PrintWriter out = spec.commandLine().getOut();
        int width = Paragraph.width(System.getenv());
        Table topics = Table.ofFigures(1, List.of("topic", "partitions before", "after"));
        report.before()
                .forEach((topic, before) ->
                        topics.row(List.of(topic, String.valueOf(before), String.valueOf(report.partitions()))));
        topics.print(out, width);
        if (report.moves().isEmpty()) {
            out.println("No worker of group " + group + " ever ran: there is nothing to move.");
        }
        if (!report.moves().isEmpty()) {
            Table moves = Table.ofFigures(1, List.of("changelog", dryRun ? "to move" : "moved", "dropped"));
            report.moves()
                    .forEach(changelog -> moves.row(List.of(
                            changelog.changelog(),
                            String.valueOf(changelog.moved()),
                            String.valueOf(changelog.dropped()))));
            out.println();
            moves.print(out, width);
            Paragraph.lines(
                            "Entries move to the partition that is now their id's home; one is dropped where its id has another"
                                    + " there.",
                            width,
                            0)
                    .forEach(out::println);
        }
        out.println(
                dryRun
                        ? "Nothing was changed."
                        : "Workers can be started. Where a chart or an operator keeps the topics, set their partitions to "
                                + report.partitions() + " there too.");
        out.flush();
    }
}
