package dev.sluice.standalone;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.cli.Addresses;
import dev.sluice.cli.BundleOption;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.worker.PriceOptions;
import dev.sluice.worker.ProcessLog;
import dev.sluice.worker.StopSignal;
import dev.sluice.worker.Worker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice standalone}. */
@Command(
        name = "standalone",
        mixinStandardHelpOptions = true,
        description = {
            "Runs broker, schema registry, S3 and worker in one process, on loopback.",
            "",
            "Its data stays in a folder, and a restart goes on from there. Ctrl-C drains and ends."
        })
public final class StandaloneCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Folder for topics, schemas, images and stores. Default: ${DEFAULT-VALUE}.")
    private Path data = Path.of("data");

    @Option(
            names = "--kafka-port",
            defaultValue = "9092",
            description = "Port. 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int kafkaPort;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "Port. 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int registryPort;

    @Option(
            names = "--s3-port",
            defaultValue = "9000",
            description = "Port. 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int s3Port;

    @Option(
            names = "--http-port",
            defaultValue = "8080",
            description = "Port for probes and metrics. 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu, or gpu:N. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of the worker's configuration; sluice worker --keys lists them. May be repeated.")
    private Map<String, String> settings = Map.of();

    @Option(names = "--json", description = "Print the addresses as one JSON object.")
    private boolean json;

    @Mixin
    private BundleOption bundle = new BundleOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        StandalonePorts ports = new StandalonePorts(kafkaPort, registryPort, s3Port, httpPort);
        Map<String, String> overrides = new HashMap<>(settings);
        overrides.putIfAbsent("bundles", bundle.asConfigValue());
        overrides.putIfAbsent("device", device);
        ProcessLog.use(overrides);
        Optional<String> failure;
        Worker worker;
        try (StopSignal stop = new StopSignal();
                StandaloneStack stack = StandaloneStack.start(data, ports, overrides)) {
            stop.hold();
            worker = stack.worker();
            stack.worker().fatal().thenAccept(cause -> stop.ask());
            if (stack.worker().awaitReady(stop)) {
                print(out, stack);
            }
            stop.await();
            failure = stack.worker().failure();
        }
        failure.ifPresent(spec.commandLine().getErr()::println);
        return failure.isPresent() ? 1 : worker.drained() ? 0 : StopSignal.WITH_WORK_IN_HAND;
    }

    private void print(PrintWriter out, StandaloneStack stack) throws IOException {
        if (json) {
            out.println(new JsonMapper().writeValueAsString(stack.summary()));
        } else {
            out.println("Sluice is up. Data in " + data.toAbsolutePath() + ".");
            stack.summary().forEach((name, value) -> out.printf("  %-9s %s%n", name, value));
            PriceOptions.freeNote(stack.config().charges().prices(), Instant.now())
                    .ifPresent(out::println);
            out.println();
            out.println("Try, in another terminal:");
            stack.worker().bundles().forEach(served -> out.println(example(stack.addresses(), served.manifest())));
        }
        out.flush();
    }

    private static String example(Addresses addresses, BundleManifest manifest) {
        String prompt = switch (manifest.condition()) {
            case ClassCondition classes -> "--label '" + classes.classes().getFirst() + "'";
            case TextCondition text -> "--text 'a red circle'";
        };
        return "  ./sluice submit --kafka " + addresses.kafka() + " --registry " + addresses.registry() + " --model "
                + manifest.name() + " " + prompt
                + " --guidance classifier-free --schedule compress --guided 10 --wait --out .";
    }
}
