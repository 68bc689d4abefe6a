package dev.sluice.standalone;

import dev.sluice.cli.Main;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.wire.Topics;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code sluice rehearse}: what the build runs once to learn which classes the commands load, so that they start quickly: those
 * that talk to Kafka, against a broker and a registry of its own.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description = "Runs the commands once, for the build's archive of their classes.")
public final class RehearseCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Where the broker and the registry keep their data.")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
                EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0)) {
            kafka.createTopics(
                    Topics.DEFAULT.all().stream().collect(Collectors.toMap(topic -> topic, topic -> 1)), Map.of());
            List<String> where = List.of(
                    "--kafka",
                    kafka.bootstrapServers(),
                    "--registry",
                    registry.url().toString());
            run(List.of("plan"), List.of());
            run(List.of("submit", "--help"), List.of());
            run(List.of("submit", "--label", "seven"), where);
            run(List.of("get", "nobodys"), where);
            run(List.of("cancel", "nobodys"), where);
            run(List.of("cost"), where);
            run(List.of("dlq", "list"), where);
        }
        return 0;
    }

    /** The answers don't matter here. */
    private static void run(List<String> command, List<String> where) {
        String[] arguments = Stream.concat(command.stream(), where.stream()).toArray(String[]::new);
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Main.commandLine(arguments).setOut(nowhere).setErr(nowhere).execute(arguments);
    }
}
