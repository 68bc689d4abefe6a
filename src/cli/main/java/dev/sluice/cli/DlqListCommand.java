package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.deadletter.DeadLetterTopic;
import dev.sluice.deadletter.Letter;
import dev.sluice.deadletter.Origin;
import dev.sluice.request.Printable;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice dlq list}: a line for each letter. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists dead letters in the order in which they were written.")
final class DlqListCommand implements Callable<Integer> {
    private static final int LONGEST_KEY = 40;
    private static final List<String> HEADS = List.of("letter", "written", "reason", "origin", "key", "bytes", "state");

    @Mixin
    private DlqOptions options = new DlqOptions();

    @Mixin
    private LetterFilter filter = new LetterFilter();

    @Option(names = "--json", description = "Print each letter as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        DeadLetterTopic.Contents contents = options.read(() -> options.topic().read());
        List<Letter> letters = contents.letters().stream().filter(filter::test).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            letters.forEach(
                    letter -> out.println(asJson(letter, contents.resent().contains(letter.id()))));
        } else {
            print(contents, letters, out);
        }
        out.flush();
        return 0;
    }

    private static void print(DeadLetterTopic.Contents contents, List<Letter> letters, PrintWriter out) {
        Table table = Table.ofWords(1, HEADS);
        letters.forEach(letter -> table.row(List.of(
                letter.id().toString(),
                letter.writtenAt().toString(),
                Printable.line(letter.reason()),
                Printable.line(letter.origin().map(Origin::toString).orElse("-")),
                Printable.line(shortened(letter.key().orElse("-"))),
                letter.valueBytes().map(String::valueOf).orElse("-"),
                contents.resent().contains(letter.id())
                        ? "sent back"
                        : letter.unsendable().isPresent() ? "stays" : "")));
        table.print(out, Paragraph.width(System.getenv()));
        int all = contents.letters().size();
        out.println((letters.size() == 1 ? "1 dead letter" : letters.size() + " dead letters")
                + (letters.size() == all ? "." : " of " + all + "; their reasons are " + reasons(contents) + "."));
    }

    private static String reasons(DeadLetterTopic.Contents contents) {
        return contents.letters().stream()
                .map(letter -> Printable.line(letter.reason()))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String shortened(String key) {
        return key.length() <= LONGEST_KEY ? key : key.substring(0, LONGEST_KEY) + "…";
    }

    static ObjectNode asJson(Letter letter, boolean resent) {
        ObjectNode node = new JsonMapper().createObjectNode();
        node.put("letter", letter.id().toString())
                .put("writtenAt", letter.writtenAt().toString())
                .put("reason", letter.reason())
                .put("message", letter.message())
                .put("publishedAt", letter.publishedAt().map(Object::toString).orElse(null))
                .put("key", letter.key().orElse(null))
                .put("valueBytes", letter.valueBytes().orElse(null))
                .put("sentBack", resent)
                .put("unsendable", letter.unsendable().orElse(null));
        letter.origin()
                .ifPresentOrElse(
                        origin -> node.putObject("origin")
                                .put("topic", origin.topic())
                                .put("partition", origin.partition())
                                .put("offset", origin.offset()),
                        () -> node.putNull("origin"));
        ArrayNode cut = node.putArray("cut");
        letter.cut().forEach(cut::add);
        return node;
    }
}
