package dev.sluice.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.chaos.FaultConsole;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice worker}. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = {
            "A worker against outside Kafka, registry and S3.",
            "",
            "Every key of the file can also be set by an environment variable, which goes first. --keys lists them all."
        })
final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "YAML file; keys nested or dotted.")
    private @Nullable Path file;

    @Option(names = "--keys", description = "List every key with its variable, default and meaning, and end.")
    private boolean keys;

    @Option(names = "--json", description = "With --keys: as one JSON list.")
    private boolean json;

    @Option(names = "--failpoints", hidden = true, description = "Take the fault suite's orders on standard input.")
    private boolean failpoints;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (keys) {
            if (json) {
                out.println(keysAsJson());
            } else {
                listKeys(out);
            }
            return 0;
        }
        Map<String, String> fromFile = file == null ? Map.of() : ConfigSource.file(file);
        Map<String, String> values = new HashMap<>(fromFile);
        Map<String, String> fromEnvironment = ConfigSource.environment(System.getenv(), fromFile);
        values.putAll(fromEnvironment);
        WorkerConfig.Draft config =
                WorkerConfig.draft(values, ConfigPlaces.of(Optional.ofNullable(file), fromEnvironment));
        Optional<String> failure;
        try (StopSignal stop = new StopSignal();
                Worker worker = Worker.start(config, hooks())) {
            stop.hold();
            out.println("Worker " + config.config().workerId() + " is up; health on port " + worker.httpPort() + ".");
            out.flush();
            worker.fatal().thenAccept(cause -> stop.ask());
            stop.await();
            failure = worker.failure();
        }
        // After all that the worker says while it closes.
        failure.ifPresent(spec.commandLine().getErr()::println);
        return failure.isPresent() ? 1 : 0;
    }

    private Worker.Hooks hooks() {
        if (!failpoints) {
            return Worker.Hooks.NONE;
        }
        FaultConsole console = FaultConsole.listen(System.in, System.out);
        return new Worker.Hooks(console.failpoints(), console.clock(), console.device()::around);
    }

    private static ArrayNode keysAsJson() {
        ArrayNode list = new JsonMapper().createArrayNode();
        for (ConfigKey key : ConfigKey.ALL) {
            list.addObject()
                    .put("name", key.name())
                    .put("variable", key.variable())
                    .put("default", key.fallback().orElse(null))
                    .put("required", key.fallback().isEmpty())
                    .put("description", key.description());
        }
        return list;
    }

    private static void listKeys(PrintWriter out) {
        for (ConfigKey key : ConfigKey.ALL) {
            out.printf(
                    "%-28s %-36s %s%n    %s%n",
                    key.name(),
                    key.variable(),
                    key.fallback()
                            .map(value -> value.isEmpty() ? "(empty)" : value)
                            .orElse("(must be set)"),
                    key.description());
        }
        out.printf(
                "%-28s %-36s%n    %s%n",
                ConfigKey.KAFKA_PROPERTIES + "*",
                "SLUICE_KAFKA_PROPERTIES_*",
                "Properties of the Kafka clients and Kafka Streams, as they are (underscores stand for dots)");
    }
}
