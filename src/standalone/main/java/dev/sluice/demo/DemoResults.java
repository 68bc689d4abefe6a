package dev.sluice.demo;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/** The events of a demo, and whether they keep the promise of one outcome and one charge per request. One thread. */
public final class DemoResults {
    private final Set<String> expected;
    private final Map<String, GenerationCompleted> completions = new HashMap<>();
    private final Map<String, CostIncurred> costs = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> settled = new TreeSet<>();
    private final Set<String> settledAgain = new TreeSet<>();

    /**
     * No events yet.
     *
     * @param expected ids of the requests that were published
     */
    public DemoResults(Set<String> expected) {
        this.expected = Set.copyOf(expected);
    }

    /** Takes an event; those that are no outcome and no charge are passed over. */
    public void add(SpecificRecord event) {
        switch (event) {
            case GenerationCompleted completed -> {
                settle(completed.getRequestId());
                completions.put(completed.getRequestId(), completed);
            }
            case GenerationFailed failed -> {
                settle(failed.getRequestId());
                problems.add(failed.getRequestId() + " failed: " + failed.getCode() + " " + failed.getMessage());
            }
            case CostIncurred cost -> {
                String request = cost.getRequestId();
                if (request != null && costs.put(request, cost) != null) {
                    problems.add(request + " was charged twice");
                }
            }
            default -> {}
        }
    }

    /** Whether every request has its outcome, and every completed one its charge. */
    public boolean complete() {
        return settled.size() >= expected.size() && costs.keySet().containsAll(completions.keySet());
    }

    /** Requests with at least one outcome. */
    public int settledCount() {
        return settled.size();
    }

    /** Requests with exactly one outcome. */
    public int settledOnce() {
        return settled.size() - settledAgain.size();
    }

    /** What broke a promise, in words; empty where none was broken. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** Notes a problem that somebody else saw. */
    public void problem(String message) {
        problems.add(message);
    }

    Optional<GenerationCompleted> completion(String requestId) {
        return Optional.ofNullable(completions.get(requestId));
    }

    Optional<CostIncurred> cost(String requestId) {
        return Optional.ofNullable(costs.get(requestId));
    }

    Iterable<GenerationCompleted> completions() {
        return completions.values();
    }

    Iterable<CostIncurred> costs() {
        return costs.values();
    }

    private void settle(String requestId) {
        if (!expected.contains(requestId)) {
            problems.add(requestId + " was never asked for");
        } else if (!settled.add(requestId)) {
            settledAgain.add(requestId);
            problems.add(requestId + " was settled twice");
        }
    }
}
