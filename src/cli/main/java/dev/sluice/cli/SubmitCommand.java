package dev.sluice.cli;

import dev.sluice.client.GenerationPublisher;
import dev.sluice.events.v1.GenerationRequested;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice submit}: publishes requests as an upstream app would. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes a request, or one for each line of standard input. With --wait, waits for the outcome.",
            "",
            "Example: sluice submit --label seven --guidance classifier-free --schedule compress --guided 10"
                    + " --wait --out .",
            "If sampler, steps or scale is left out, the bundle's own is used.",
            "JSON lines have the contract's fields: {\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"glyphs-adm\","
                    + "\"prompt\":{\"label\":\"seven\"}}. Nothing is published unless all of them can be read.",
            "",
            "An id that has an outcome gets no second one. --wait then shows the one it has."
        })
final class SubmitCommand implements Callable<Integer> {
    private static final Set<String> WITH_STDIN = Set.of(
            "--stdin",
            "--wait",
            "--timeout",
            "--json",
            "--out",
            "--open",
            "--kafka",
            "--registry",
            "--command-config",
            "--s3-endpoint",
            "--s3-region",
            "--s3-path-style");

    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(names = "--stdin", description = "Read requests as JSON lines from standard input.")
    private boolean stdin;

    @Option(
            names = "--wait",
            description =
                    "Show progress and wait for every outcome. If one failed, ends with 1. --out and --open wait too.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long publishing may take. With --wait, until the last outcome is there. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long timeoutSeconds;

    @Option(names = "--json", description = "Print each outcome as one line of JSON.")
    private boolean json;

    @Mixin
    private PictureOptions pictures = new PictureOptions();

    @Mixin
    private RequestOptions options = new RequestOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, IOException {
        Stopwatch time = new Stopwatch(Duration.ofSeconds(timeout()));
        Companions.require(spec, List.of("--json"), "--wait", "--out", "--open");
        Companions.require(spec, StoreOptions.NAMES, "--out", "--open");
        List<GenerationRequested> requests = requests();
        Addresses addresses = connection.reachableWithRegistry(time.limit());
        if (!wait && !pictures.wanted()) {
            publish(addresses, requests);
            requests.forEach(request -> spec.commandLine().getOut().println(request.getRequestId()));
            return 0;
        }
        try (Pictures saved = pictures.pictures(connection, System.getenv()).orElse(null)) {
            return await(addresses, requests, saved, time);
        }
    }

    private int await(
            Addresses addresses, List<GenerationRequested> requests, @Nullable Pictures pictures, Stopwatch time)
            throws InterruptedException {
        CommandLine command = spec.commandLine();
        Set<String> ids =
                requests.stream().map(GenerationRequested::getRequestId).collect(Collectors.toSet());
        Optional<PictureSaving> saving = Optional.ofNullable(pictures)
                .map(all -> new PictureSaving(
                        all,
                        json ? command.getErr() : command.getOut(),
                        command.getErr(),
                        "./sluice get" + connection.asTyped() + " --out DIR"));
        try (EventWatcher watcher = new EventWatcher(addresses);
                OtherAnswers others = new OtherAnswers(addresses, choseIds() ? requests : List.of())) {
            publish(addresses, requests);
            int exitCode = new OutcomeWait(
                            command,
                            json,
                            connection.asTyped(),
                            ids,
                            completed -> saving.ifPresent(save -> save.save(completed)))
                    .await(watcher::poll, others, time);
            saving.ifPresent(this::show);
            return saving.stream().allMatch(PictureSaving::complete) ? exitCode : 1;
        }
    }

    private void show(PictureSaving saving) {
        if (pictures.open() && !saving.files().isEmpty()) {
            new DesktopOpener(System.getProperty("os.name", ""), System.getenv())
                    .open(saving.files())
                    .ifPresent(spec.commandLine().getErr()::println);
        }
    }

    private long timeout() {
        if (timeoutSeconds < 1) {
            throw new Main.WrongUsage("--timeout must be at least 1 second");
        }
        return timeoutSeconds;
    }

    /** Whether the ids may have been used before; random ones have not. */
    private boolean choseIds() {
        return stdin || spec.commandLine().getParseResult().hasMatchedOption("--id");
    }

    private List<GenerationRequested> requests() throws IOException {
        if (stdin) {
            requireNoRequestOptions();
            return lines();
        }
        try {
            GenerationRequested request = options.request();
            RequestCheck.require(request);
            return List.of(request);
        } catch (IllegalArgumentException e) {
            throw new Main.WrongUsage(RequestCheck.inOptions(String.valueOf(e.getMessage())));
        }
    }

    private static List<GenerationRequested> lines() throws IOException {
        try {
            List<GenerationRequested> requests = JsonRequests.readLines(System.in);
            if (requests.isEmpty()) {
                throw new Main.Failure("there is no request on standard input");
            }
            return requests;
        } catch (IllegalArgumentException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
    }

    private static void publish(Addresses addresses, List<GenerationRequested> requests) throws InterruptedException {
        try (GenerationPublisher publisher = new GenerationPublisher(addresses.client())) {
            for (GenerationRequested request : requests) {
                publisher.publish(request, Optional.empty());
            }
        }
    }

    /** Refused, because they would have no effect: a line of the file says everything about its request. */
    private void requireNoRequestOptions() {
        List<String> given = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(name -> !WITH_STDIN.contains(name))
                .toList();
        if (!given.isEmpty()) {
            throw new Main.WrongUsage(
                    String.join(", ", given) + ": not with --stdin, where each line says all of its request");
        }
    }
}
