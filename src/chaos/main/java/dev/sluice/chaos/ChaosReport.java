package dev.sluice.chaos;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.chaos.checker.Verdict;
import dev.sluice.text.Paragraph;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run and its result.
 *
 * @param took from the first request to the verdict
 * @param struck by fault
 * @param exits how many of the workers' processes ended with which status; 137 is SIGKILL's
 * @param outstanding requests and dead letters that were still due when the patience was over
 * @param badLeaves workers that did not leave with status 0 when they were told to at the end
 * @param refused records that the broker would not take: above 0 the run says nothing
 * @param hangingTransactions that the broker had lost track of and the suite's operator aborted
 */
public record ChaosReport(
        ChaosPlan plan,
        Duration took,
        Map<String, Struck> struck,
        Map<Integer, Integer> exits,
        List<String> outstanding,
        int badLeaves,
        int refused,
        int hangingTransactions,
        Verdict verdict) {
    /**
     * How often a fault struck.
     *
     * @param times how often it was tried
     * @param hit how often it hit
     * @param slowestRecovery the longest time, from its end on, until everything that was outstanding then had its
     *     outcome; faults that came meanwhile make it longer
     */
    public record Struck(int times, int hit, Duration slowestRecovery) {
        static final Struck NEVER = new Struck(0, 0, Duration.ZERO);

        Struck once(boolean didHit) {
            return new Struck(times + 1, hit + (didHit ? 1 : 0), slowestRecovery);
        }

        Struck recovered(Duration after) {
            return new Struck(times, hit, after.compareTo(slowestRecovery) > 0 ? after : slowestRecovery);
        }
    }

    /** Whether every promise was kept, and nothing was left over. */
    public boolean ok() {
        return verdict.ok() && outstanding.isEmpty() && badLeaves == 0 && refused == 0;
    }

    /** Everything, as one object. */
    public ObjectNode asJson() {
        ObjectNode json = new JsonMapper().createObjectNode();
        json.put("ok", ok())
                .put("seed", plan.seed())
                .put("workers", plan.workers())
                .put("plannedRequests", plan.requests())
                .put("seconds", took.toSeconds())
                .put(
                        "faultsFired",
                        struck.values().stream().mapToInt(Struck::hit).sum())
                .put("badLeaves", badLeaves)
                .put("refused", refused)
                .put("hangingTransactions", hangingTransactions);
        ObjectNode faults = json.putObject("faults");
        new TreeMap<>(struck)
                .forEach((name, each) -> faults.putObject(name)
                        .put("struck", each.times())
                        .put("hit", each.hit())
                        .put("slowestRecoveryMillis", each.slowestRecovery().toMillis()));
        ObjectNode statuses = json.putObject("exits");
        new TreeMap<>(exits).forEach((status, count) -> statuses.put(String.valueOf(status), count));
        outstanding.forEach(json.putArray("outstanding")::add);
        json.set("verdict", verdict.toJson());
        return json;
    }

    /** The report as text for people. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "seed %d: %d faults hit in %d s%nworker processes ended by status: %s%n",
                plan.seed(),
                struck.values().stream().mapToInt(Struck::hit).sum(),
                took.toSeconds(),
                new TreeMap<>(exits)));
        new TreeMap<>(struck)
                .forEach((name, each) -> text.append(String.format(
                        Locale.ROOT,
                        "  %-30s struck %3d  hit %3d  settled within %.1f s%n",
                        name,
                        each.times(),
                        each.hit(),
                        each.slowestRecovery().toMillis() / 1e3)));
        if (!outstanding.isEmpty()) {
            text.append("still due: ")
                    .append(outstanding.stream().collect(Collectors.joining(", ")))
                    .append(System.lineSeparator());
        }
        if (hangingTransactions > 0) {
            text.append("the broker lost track of ")
                    .append(hangingTransactions)
                    .append(" transactions, which were aborted by hand")
                    .append(System.lineSeparator());
        }
        if (badLeaves > 0) {
            text.append(badLeaves)
                    .append(" workers did not leave as they were told to")
                    .append(System.lineSeparator());
        }
        if (refused > 0) {
            text.append("the broker did not take ")
                    .append(refused)
                    .append(" records, so this run says nothing")
                    .append(System.lineSeparator());
        }
        text.append(verdict.summary());
        return text.toString()
                .lines()
                .flatMap(line -> Paragraph.lines(line, Paragraph.WIDTH, 4).stream())
                .collect(Collectors.joining(System.lineSeparator(), "", System.lineSeparator()));
    }
}
