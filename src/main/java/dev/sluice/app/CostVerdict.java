package dev.sluice.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cost.CostCheck;
import dev.sluice.cost.CostJson;
import dev.sluice.cost.CostTopic;
import dev.sluice.cost.DeviceTime;
import dev.sluice.cost.Retained;
import dev.sluice.request.Printable;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code sluice cost --check} found.
 *
 * @param problems of single charges, or with the check itself
 * @param unmetered processes whose charges can't be compared
 * @param known since when the topic knows
 */
record CostVerdict(List<DeviceTime> processes, List<String> problems, List<String> unmetered, JsonNode known) {
    CostVerdict {
        processes = List.copyOf(processes);
        problems = List.copyOf(problems);
        unmetered = List.copyOf(unmetered);
    }

    /**
     * What a check of all that the topic has says.
     *
     * @param from where the period begins that the charges are of
     */
    static CostVerdict of(CostCheck charges, List<CostCheck.Meter> meters, CostTopic.Reading reading, Instant from) {
        List<String> problems = new ArrayList<>(charges.problems());
        if (reading.strange() > 0) {
            problems.add(reading.strange() + " records of the topic are no charges");
        }
        Retained retained = reading.retained();
        if (!retained.covers(from)) {
            retained.note(from).ifPresent(problems::add);
        }
        if (meters.isEmpty()) {
            problems.add("there is no meter to compare with");
        }
        return new CostVerdict(
                charges.deviceTimes(meters), problems, charges.unmetered(meters), CostJson.known(retained, from));
    }

    boolean addsUp() {
        return problems.isEmpty() && processes.stream().allMatch(DeviceTime::addsUp);
    }

    void print(PrintWriter out, boolean json) {
        if (json) {
            out.println(asJson());
        } else {
            out.printf(
                    "%-40s %-7s %20s %20s %20s %18s  %s%n",
                    "process", "state", "spent ns", "to requests ns", "overhead ns", "not yet charged ns", "adds up");
            processes.forEach(time -> out.printf(
                    "%-40s %-7s %20d %20d %20d %18d  %s%n",
                    Printable.line(time.process()),
                    time.alive() ? "running" : "ended",
                    time.spentNanos(),
                    time.requestNanos(),
                    time.overheadNanos(),
                    time.openNanos(),
                    time.addsUp() ? "yes" : "NO"));
            problems.forEach(out::println);
            unmetered.forEach(process -> out.println(Printable.line(process) + ": no meter here, not compared"));
            out.println(addsUp() ? "It adds up." : "It does NOT add up.");
        }
        out.flush();
    }

    private String asJson() {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("addsUp", addsUp());
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
        unmetered.forEach(root.putArray("unmetered")::add);
        root.set("known", known);
        return root.toString();
    }
}
