package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cost.CostCheck;
import dev.sluice.cost.CostJson;
import dev.sluice.cost.CostTopic;
import dev.sluice.cost.DeviceTime;
import dev.sluice.cost.Retained;
import dev.sluice.request.Printable;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code sluice cost --check} found.
 *
 * @param problems of single charges: the books are wrong
 * @param unknown why not everything is known, or why nothing can be compared
 * @param unmetered processes whose charges can't be compared
 * @param known since when the topic knows
 */
record CostVerdict(
        List<DeviceTime> processes,
        List<String> problems,
        List<String> unknown,
        List<String> unmetered,
        JsonNode known) {
    CostVerdict {
        processes = List.copyOf(processes);
        problems = List.copyOf(problems);
        unknown = List.copyOf(unknown);
        unmetered = List.copyOf(unmetered);
    }

    /** The verdict. */
    private enum Answer {
        YES("yes", "It adds up."),
        NO("NO", "It does NOT add up."),
        /** The missing time may be in charges that can't be read any more, or not yet. */
        UNKNOWN("unknown", "Can't tell whether it adds up: not all charges are known.");

        private final String word;
        private final String sentence;

        Answer(String word, String sentence) {
            this.word = word;
            this.sentence = sentence;
        }
    }

    /**
     * What a check of all that the topic has says.
     *
     * @param from where the period begins that the charges are of
     */
    static CostVerdict of(CostCheck charges, List<CostCheck.Meter> meters, CostTopic.Reading reading, Instant from) {
        List<String> unknown = new ArrayList<>();
        if (reading.unread() > 0) {
            unknown.add(
                    reading.unread() + " records of the topic can't be read: the registry does not know their schemas");
        }
        if (reading.strange() > 0) {
            unknown.add(reading.strange() + " records of the topic are no charges");
        }
        Retained retained = reading.retained();
        if (!retained.covers(from)) {
            retained.note(from).ifPresent(unknown::add);
        }
        if (meters.isEmpty()) {
            unknown.add("there is no meter to compare with");
        }
        return new CostVerdict(
                charges.deviceTimes(meters),
                charges.problems(),
                unknown,
                charges.unmetered(meters),
                CostJson.known(retained, from));
    }

    boolean addsUp() {
        return answer() == Answer.YES;
    }

    private Answer answer() {
        if (!problems.isEmpty() || processes.stream().anyMatch(time -> answer(time) == Answer.NO)) {
            return Answer.NO;
        }
        return unknown.isEmpty() ? Answer.YES : Answer.UNKNOWN;
    }

    /**
     * Judges one process. More charged than spent is always wrong. Less may be explained by charges that can't be read.
     */
    private Answer answer(DeviceTime time) {
        if (time.addsUp()) {
            return Answer.YES;
        }
        return time.openNanos() > 0 && !unknown.isEmpty() ? Answer.UNKNOWN : Answer.NO;
    }

    /**
     * For people.
     *
     * @param width of the terminal
     */
    void print(PrintWriter out, int width) {
        Table table = Table.ofFigures(
                1,
                List.of(
                        "process",
                        "state",
                        "spent ns",
                        "to requests ns",
                        "overhead ns",
                        "not yet charged ns",
                        "adds up"));
        processes.forEach(time -> table.row(List.of(
                Printable.line(time.process()),
                time.alive() ? "running" : "ended",
                String.valueOf(time.spentNanos()),
                String.valueOf(time.requestNanos()),
                String.valueOf(time.overheadNanos()),
                String.valueOf(time.openNanos()),
                answer(time).word)));
        table.print(out, width);
        List<String> notes = new ArrayList<>(problems);
        notes.addAll(unknown);
        unmetered.forEach(process -> notes.add(Printable.line(process) + ": no meter here, not compared"));
        boolean inPart = answer() == Answer.YES && !unmetered.isEmpty();
        notes.add(
                inPart ? "What was compared adds up; the processes without a meter here were not." : answer().sentence);
        notes.forEach(note -> Paragraph.lines(note, width, 2).forEach(out::println));
    }

    String asJson() {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("addsUp", addsUp()).put("answer", answer().name().toLowerCase(Locale.ROOT));
        root.putArray("processes");
        processes.forEach(time -> root.withArray("processes")
                .addObject()
                .put("process", time.process())
                .put("running", time.alive())
                .put("spentNanos", time.spentNanos())
                .put("requestNanos", time.requestNanos())
                .put("overheadNanos", time.overheadNanos())
                .put("openNanos", time.openNanos())
                .put("addsUp", time.addsUp()));
        problems.forEach(root.putArray("problems")::add);
        unknown.forEach(root.putArray("unknown")::add);
        unmetered.forEach(root.putArray("unmetered")::add);
        root.set("known", known);
        return root.toString();
    }
}
