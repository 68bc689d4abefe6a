package dev.sluice.app;

import dev.sluice.client.GenerationPublisher;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Printable;
import dev.sluice.wire.RequestEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice submit}: publishes requests as an upstream app would. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes a request, or one per line of standard input, and may wait for the outcome.",
            "",
            "Example: sluice submit --label seven --guidance classifier-free --scale 3"
                    + " --schedule compress --guided 10 --wait",
            "JSON lines have the contract's fields: {\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"glyphs-adm\","
                    + "\"prompt\":{\"label\":\"seven\"}}"
        })
final class SubmitCommand implements Callable<Integer> {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(names = "--stdin", description = "Read requests as JSON lines from standard input.")
    private boolean stdin;

    @Option(names = "--wait", description = "Show progress and wait for every outcome; failures end with 1.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "With --wait: how long at most. Default: ${DEFAULT-VALUE}.")
    private long timeoutSeconds;

    @Option(names = "--json", description = "Print each outcome as one line of JSON.")
    private boolean json;

    @Mixin
    private RequestOptions options = new RequestOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<GenerationRequested> requests = requests();
        Addresses addresses = connection.addresses();
        if (!wait) {
            publish(addresses, requests);
            requests.forEach(request -> spec.commandLine().getOut().println(request.getRequestId()));
            return 0;
        }
        try (EventWatcher watcher = new EventWatcher(addresses)) {
            publish(addresses, requests);
            return await(watcher, requests);
        }
    }

    private List<GenerationRequested> requests() throws IOException {
        try {
            if (!stdin) {
                return List.of(new RequestEncoder().encode(options.request()));
            }
            List<GenerationRequested> requests = new ArrayList<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    requests.add(JsonRequests.parse(line));
                }
            }
            return requests;
        } catch (InvalidFieldException e) {
            throw new Main.Failure(e.code() + " " + e.field() + ": " + e.getMessage());
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

    private int await(EventWatcher watcher, List<GenerationRequested> requests) {
        Set<String> open = new HashSet<>();
        requests.forEach(request -> open.add(request.getRequestId()));
        long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        boolean failed = false;
        while (!open.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new Main.Failure("no outcome within " + timeoutSeconds + " s: " + String.join(", ", open));
            }
            for (SpecificRecord event : watcher.poll(Duration.ofMillis(200))) {
                failed |= show(event, open);
            }
        }
        return failed ? 1 : 0;
    }

    /** Prints an event of ours; true where it is a failure. */
    private boolean show(SpecificRecord event, Set<String> open) {
        PrintWriter out = spec.commandLine().getOut();
        switch (event) {
            case GenerationProgressed progress -> {
                if (open.contains(progress.getRequestId()) && !json) {
                    out.printf(
                            "%s  step %d of %d%n",
                            Printable.line(progress.getRequestId()), progress.getStep(), progress.getSteps());
                }
            }
            case GenerationCompleted completed -> {
                if (open.remove(completed.getRequestId())) {
                    out.println(json ? completed.toString() : describe(completed));
                }
            }
            case GenerationFailed failure -> {
                if (open.remove(failure.getRequestId())) {
                    out.println(json ? failure.toString() : describe(failure));
                    out.flush();
                    return true;
                }
            }
            default -> {}
        }
        out.flush();
        return false;
    }

    private static String describe(GenerationCompleted completed) {
        StringBuilder text = new StringBuilder(Printable.line(completed.getRequestId())).append("  completed");
        for (ImageObject image : completed.getImages()) {
            text.append(System.lineSeparator())
                    .append("  s3://")
                    .append(Printable.line(image.getBucket()))
                    .append('/')
                    .append(Printable.line(image.getKey()))
                    .append("  sha256 ")
                    .append(Printable.line(image.getSha256()));
        }
        return text.toString();
    }

    private static String describe(GenerationFailed failure) {
        return Printable.line(failure.getRequestId() + "  failed: " + failure.getCode()
                + (failure.getField() == null ? "" : " (" + failure.getField() + ")") + ": " + failure.getMessage());
    }
}
