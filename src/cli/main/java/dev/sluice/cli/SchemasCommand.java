package dev.sluice.cli;

import dev.sluice.request.Printable;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RegistryAdmin;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.SchemaRejectedException;
import dev.sluice.wire.Subject;
import dev.sluice.wire.SubjectCheck;
import dev.sluice.wire.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice schemas}: registers the contracts, or checks that a registry has them as it should. */
@Command(
        name = "schemas",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Registers the contracts of all topics in the schema registry, or checks them.",
            "",
            "The subject of a topic is TOPIC-value. Each gets the level FULL_TRANSITIVE, for a registry's own"
                    + " default lets schemas in that some readers or writers can't use."
        })
final class SchemasCommand {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** What a command does once the registry answers. */
    @FunctionalInterface
    private interface Work {
        int with(RegistryAdmin registry, List<Subject> subjects);
    }

    /** Registers this release's contracts and sets FULL_TRANSITIVE, for each subject by itself. */
    @Command(
            name = "register",
            mixinStandardHelpOptions = true,
            description = {
                "Sets FULL_TRANSITIVE for each subject and registers this release's contract under it.",
                "",
                "This includes requests and cancellations, so that publishers find the whole contract. What is"
                        + " registered already stays. Warns of a later version that lacks fields."
            })
    int register(
            @Mixin RegistryOptions options,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "0",
                            description = "How long to wait for a registry that can't be reached. Default: 0.")
                    int waitSeconds)
            throws InterruptedException {
        return ask(options, waitSeconds, (registry, subjects) -> {
            PrintWriter out = spec.commandLine().getOut();
            PrintWriter err = spec.commandLine().getErr();
            SubjectCheck check = new SubjectCheck(registry);
            Table table = Table.ofWords(1, List.of("subject", "id", "level"));
            boolean all = true;
            for (Subject subject : subjects) {
                try {
                    registry.setLevel(subject.name(), RegistryAdmin.FULL_TRANSITIVE);
                    int id = registry.register(subject);
                    table.row(List.of(subject.name(), String.valueOf(id), RegistryAdmin.FULL_TRANSITIVE));
                    registry.latest(subject.name())
                            .flatMap(latest -> check.lost(subject, latest))
                            .ifPresent(said -> err.println(Printable.line(said)));
                } catch (SchemaRejectedException refused) {
                    if (refused.reason() == SchemaRejectedException.Reason.CREDENTIALS) {
                        throw refused;
                    }
                    err.println(Printable.line(String.valueOf(refused.getMessage())));
                    all = false;
                }
            }
            table.print(out, Paragraph.width(System.getenv()));
            return all ? 0 : 1;
        });
    }

    /** Changes nothing. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Checks that each subject has this release's contract and the level FULL_TRANSITIVE, and that its"
                        + " latest version lacks nothing.",
                "",
                "Prints a sentence for each subject that fails, and then ends with 1."
            })
    int check(@Mixin RegistryOptions options) throws InterruptedException {
        return ask(options, 0, (registry, subjects) -> {
            SubjectCheck check = new SubjectCheck(registry);
            List<String> problems = new ArrayList<>();
            for (Subject subject : subjects) {
                List<String> found = check.problems(subject);
                if (found.isEmpty()) {
                    spec.commandLine().getOut().println(subject.name() + "  is as it should be");
                }
                problems.addAll(found);
            }
            problems.forEach(problem -> spec.commandLine().getErr().println(Printable.line(problem)));
            return problems.isEmpty() ? 0 : 1;
        });
    }

    private int ask(RegistryOptions options, int waitSeconds, Work work) throws InterruptedException {
        var settings = options.settings(System.getenv());
        Topics topics = settings.topics();
        long end = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        try (RegistryAdmin registry = AvroConfig.of(settings.kafka()).administer()) {
            while (true) {
                try {
                    return work.with(registry, topics.subjects());
                } catch (RegistryUnavailableException e) {
                    if (System.nanoTime() + PAUSE.toNanos() > end) {
                        throw new Main.Failure(String.valueOf(e.getMessage()));
                    }
                    Thread.sleep(PAUSE);
                }
            }
        } catch (ConfigException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
    }
}
