package dev.sluice.cli;

import dev.sluice.client.GenerationPublisher;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.request.Printable;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice cancel}: takes requests back as an upstream app would. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = {
            "Cancels requests by their ids.",
            "",
            "A request without an outcome fails as CANCELLED, even if it is still to come. One whose images are"
                    + " being stored completes. One that has an outcome keeps it."
        })
final class CancelCommand implements Callable<Integer> {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "cancelled by its publisher",
            description = "Reason, for the failure event. Default: ${DEFAULT-VALUE}.")
    private String reason = "";

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of the requests.")
    private List<String> ids = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try (GenerationPublisher publisher =
                new GenerationPublisher(connection.reachableWithRegistry().client())) {
            for (String id : ids) {
                publisher.cancel(new GenerationCancelled(id, reason));
                spec.commandLine()
                        .getErr()
                        .println("cancellation of " + Printable.line(id) + " published; ./sluice get"
                                + connection.asTyped() + " " + Printable.line(id) + " shows its outcome");
            }
        }
        return 0;
    }
}
