package dev.sluice.cli;

import dev.sluice.deadletter.DeadLetterTopic;
import dev.sluice.deadletter.Letter;
import dev.sluice.deadletter.LetterId;
import dev.sluice.deadletter.Resending;
import dev.sluice.request.Printable;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice dlq resend}: records go back to where they were read, each once. */
@Command(
        name = "resend",
        mixinStandardHelpOptions = true,
        description = {
            "Sends the records of dead letters back to the topics they were read from, each exactly once.",
            "",
            "A letter that was sent back before is skipped, whoever sent it. One that was cut can't be sent"
                    + " back. A new resend stops one that is under way."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every letter meant was sent back, now or before",
            "1:some can't be sent back, or something failed",
            "2:wrong usage"
        })
final class DlqResendCommand implements Callable<Integer> {
    @Mixin
    private DlqOptions options = new DlqOptions();

    @Mixin
    private LetterFilter filter = new LetterFilter();

    @Option(names = "--all", description = "Send back all letters.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say what would be sent back, and send nothing.")
    private boolean dryRun;

    @Parameters(
            arity = "0..*",
            paramLabel = "PARTITION-OFFSET",
            converter = DlqOptions.ById.class,
            description = "Letters, as dlq list names them.")
    private List<LetterId> ids = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (ids.isEmpty() && !filter.isGiven() && !all) {
            throw new ParameterException(spec.commandLine(), "say which letters: by name, --reason, --from or --all");
        }
        if (!ids.isEmpty() && (filter.isGiven() || all)) {
            throw new ParameterException(spec.commandLine(), "letters by name go without --reason, --from and --all");
        }
        try (DeadLetterTopic topic = options.topic()) {
            return resend(topic);
        }
    }

    private int resend(DeadLetterTopic topic) {
        if (dryRun) {
            return resend(options.read(topic::read), id -> {});
        }
        try (Resending resending = begin()) {
            // Read only now that nobody else can send: whatever was sent is marked.
            DeadLetterTopic.Contents contents = options.read(topic::read);
            return resend(contents, letter -> send(topic, resending, letter));
        }
    }

    /** What is done with a letter that can go. */
    @FunctionalInterface
    private interface Way {
        void send(Letter letter);
    }

    private Resending begin() {
        try {
            return Resending.begin(options.properties(), options.topicName());
        } catch (KafkaException e) {
            throw new Main.Failure("can't send to " + options.topicName() + ": " + Main.said(e));
        }
    }

    private int resend(DeadLetterTopic.Contents contents, Way way) {
        PrintWriter out = spec.commandLine().getOut();
        int sent = 0;
        int before = 0;
        int refused = 0;
        for (Letter letter : chosen(contents)) {
            String line;
            if (contents.resent().contains(letter.id())) {
                before++;
                line = "was sent back before";
            } else if (letter.unsendable().isPresent()) {
                refused++;
                line = "can't be sent back: " + letter.unsendable().get();
            } else {
                way.send(letter);
                sent++;
                line = (dryRun ? "would be sent back to " : "sent back to ")
                        + letter.origin().orElseThrow().topic();
            }
            out.println(letter.id() + "  " + Printable.line(line));
            out.flush();
        }
        out.println(sent + (dryRun ? " would be sent back, " : " sent back, ") + before + " before, " + refused
                + " can't be.");
        out.flush();
        return refused == 0 ? 0 : 1;
    }

    private List<Letter> chosen(DeadLetterTopic.Contents contents) {
        if (ids.isEmpty()) {
            return contents.letters().stream().filter(filter::test).toList();
        }
        Set<LetterId> wanted = new HashSet<>(ids);
        List<Letter> found = contents.letters().stream()
                .filter(letter -> wanted.contains(letter.id()))
                .toList();
        found.forEach(letter -> wanted.remove(letter.id()));
        if (!wanted.isEmpty()) {
            throw new Main.Failure("not in " + options.topicName() + ", and nothing is sent: "
                    + String.join(
                            ", ",
                            wanted.stream().sorted().map(LetterId::toString).toList()));
        }
        return found;
    }

    private void send(DeadLetterTopic topic, Resending resending, Letter letter) {
        try {
            resending.send(
                    topic.record(letter.id()).orElseThrow(() -> new KafkaException("it is not in the topic any more")),
                    letter.origin().orElseThrow());
        } catch (KafkaException e) {
            throw new Main.Failure(letter.id() + ": " + e.getMessage()
                    + ". The letters above are sent back; run this again for the rest, none is sent twice.");
        }
    }
}
