package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.log.LogFormat;
import dev.sluice.text.Paragraph;
import dev.sluice.worker.ConfigKey;
import dev.sluice.worker.ConfigNotes;
import dev.sluice.worker.ConfigPlaces;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.ProcessLog;
import dev.sluice.worker.RenamedKeys;
import dev.sluice.worker.StartupException;
import dev.sluice.worker.StopSignal;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice worker}. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a worker against your Kafka, registry and S3.",
            "",
            "An environment variable can set each key too, and overrides the file. --keys lists all of them."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:a signal stopped it, and all that it had taken is settled",
            "1:it can't start, or it failed",
            "2:wrong usage",
            "143:a signal stopped it, and shutdown.grace ended first: the rest is pending for the next worker"
        })
public final class WorkerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file. Keys may be nested or dotted.")
    private @Nullable Path file;

    @Option(names = "--keys", description = "List every key with its variable, default and meaning, then end.")
    private boolean keys;

    @Option(names = "--json", description = "With --keys: print one JSON list.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Supplier<Worker.Hooks> hooks;

    WorkerCommand() {
        this(() -> Worker.Hooks.NONE);
    }

    /** Serves with somebody's hooks in the worker, made when it starts. */
    public WorkerCommand(Supplier<Worker.Hooks> hooks) {
        this.hooks = hooks;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Companions.require(spec, List.of("--json"), "--keys");
        if (keys) {
            if (json) {
                out.println(keysAsJson());
            } else {
                listKeys(out);
            }
            return 0;
        }
        Map<String, String> fromFile = file == null ? Map.of() : ConfigSource.file(file);
        Map<String, String> fromEnvironment = ConfigSource.environment(System.getenv(), fromFile);
        Map<String, String> values = RenamedKeys.merged(fromFile, fromEnvironment);
        WorkerConfig.Draft config =
                WorkerConfig.draft(values, ConfigPlaces.of(Optional.ofNullable(file), fromEnvironment));
        ProcessLog.use(config.config().log());
        ConfigNotes.of(values, System.getenv()).forEach(note -> LOG.warn("setting_idle reason=\"{}\"", note));
        RenamedKeys.notes(fromFile, fromEnvironment).forEach(note -> LOG.warn("setting_renamed reason=\"{}\"", note));
        try {
            return serve(config);
        } catch (StartupException e) {
            if (config.config().log().format() == LogFormat.LOGFMT) {
                throw e;
            }
            e.problems().forEach(problem -> LOG.error("start_refused problem=\"{}\"", problem));
            return 1;
        } catch (RuntimeException e) {
            if (config.config().log().format() == LogFormat.LOGFMT) {
                throw e;
            }
            LOG.error("worker_failed", e);
            return 1;
        }
    }

    private int serve(WorkerConfig.Draft config) throws InterruptedException {
        Optional<String> failure;
        Worker worker;
        try (StopSignal stop = new StopSignal();
                Worker served = Worker.start(config, hooks.get())) {
            worker = served;
            stop.hold();
            worker.fatal().thenAccept(cause -> stop.ask());
            sayJoining(config, worker);
            if (worker.awaitReady(stop)) {
                sayUp(config);
            }
            stop.await();
            failure = worker.failure();
        }
        // After all log lines of the worker's stop.
        failure.ifPresent(sentence -> {
            switch (config.config().log().format()) {
                case LOGFMT -> spec.commandLine().getErr().println(sentence);
                case JSON -> LOG.error("worker_failed reason=\"{}\"", sentence);
            }
        });
        return failure.isPresent() ? 1 : worker.drained() ? 0 : StopSignal.WITH_WORK_IN_HAND;
    }

    /** To people; where lines are JSON, they go to a collector, which takes nothing else. */
    private void sayJoining(WorkerConfig.Draft config, Worker worker) {
        String id = config.config().workerId();
        switch (config.config().log().format()) {
            case LOGFMT -> say("Worker " + id + " joins its group; health on port " + worker.httpPort() + ".");
            case JSON -> LOG.info("worker_joining worker={} http_port={}", id, worker.httpPort());
        }
    }

    /** Says that the worker takes requests. */
    private void sayUp(WorkerConfig.Draft config) {
        String id = config.config().workerId();
        switch (config.config().log().format()) {
            case LOGFMT -> say("Worker " + id + " is up.");
            case JSON -> LOG.info("worker_up worker={}", id);
        }
    }

    private void say(String sentence) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(sentence);
        out.flush();
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
        int width = Paragraph.width(System.getenv());
        for (ConfigKey key : ConfigKey.ALL) {
            String fallback = key.fallback()
                    .map(value -> value.isEmpty() ? "empty" : value)
                    .orElse("must be set");
            print(out, width, key.name() + " (" + fallback + ")", key.variable(), key.description());
        }
        print(
                out,
                width,
                ConfigKey.KAFKA_PROPERTIES + "*",
                "SLUICE_KAFKA_PROPERTIES_*",
                "Properties of the Kafka clients and Kafka Streams, as they are (underscores stand for dots)");
    }

    private static void print(PrintWriter out, int width, String head, String variable, String description) {
        out.println(head);
        out.println("    " + variable);
        Paragraph.lines("    " + description, width, 4).forEach(out::println);
    }
}
