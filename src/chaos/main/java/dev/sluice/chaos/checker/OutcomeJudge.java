package dev.sluice.chaos.checker;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Each request has one outcome, and one that it allows. No event is about anything else. */
final class OutcomeJudge {
    private final Published published;
    private final Map<String, History.Outcome> first;
    private final Findings findings;
    private final Map<String, Integer> counts = new TreeMap<>();
    private int progressAfterOutcome;

    /** @param first outcome of each request */
    OutcomeJudge(Published published, Map<String, History.Outcome> first, Findings findings) {
        this.published = published;
        this.first = first;
        this.findings = findings;
    }

    void judge(History history) {
        Set<String> seen = new HashSet<>();
        for (History.Outcome outcome : history.outcomes()) {
            judge(outcome, seen.add(outcome.requestId()));
        }
        for (Publication request : published.requests()) {
            if (!first.containsKey(request.id())) {
                findings.add(Violation.LOST, request.id());
            }
        }
        history.lastProgressMillis().forEach(this::judgeProgress);
    }

    private void judge(History.Outcome outcome, boolean isFirst) {
        String id = outcome.requestId();
        counts.merge(outcome.name(), 1, Integer::sum);
        if (!published.isRequest(id)) {
            findings.add(Violation.ORPHAN_EVENT, outcome.name() + " of " + id);
        } else if (!published.allows(id, outcome.name())) {
            findings.add(Violation.UNEXPECTED_OUTCOME, outcome.name() + " of " + id);
        }
        if (!isFirst) {
            findings.add(Violation.DOUBLED, id + ": " + outcome.name());
        }
        if (outcome.negativeTime()) {
            findings.add(Violation.NEGATIVE_TIME, outcome.name() + " of " + id);
        }
    }

    private void judgeProgress(String id, long lastMillis) {
        if (!published.isRequest(id)) {
            findings.add(Violation.ORPHAN_EVENT, "progress of " + id);
        }
        History.Outcome outcome = first.get(id);
        if (outcome != null && lastMillis > outcome.atMillis()) {
            progressAfterOutcome++;
        }
    }

    /** Events by outcome. */
    Map<String, Integer> counts() {
        return counts;
    }

    int progressAfterOutcome() {
        return progressAfterOutcome;
    }
}
