package dev.sluice.chaos.checker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How old requests were at their outcome. */
final class Ages {
    private Ages() {}

    /** Ages of outcomes by their kind, counted from a request's first publication. */
    static Map<String, Verdict.Age> of(Published published, Collection<History.Outcome> outcomes) {
        Map<String, List<Long>> millis = new TreeMap<>();
        for (History.Outcome outcome : outcomes) {
            published
                    .request(outcome.requestId())
                    .ifPresent(request -> millis.computeIfAbsent(outcome.name(), any -> new ArrayList<>())
                            .add(outcome.atMillis() - request.publishedAtMillis()));
        }
        Map<String, Verdict.Age> ages = new TreeMap<>();
        millis.forEach((outcome, each) -> ages.put(outcome, age(each)));
        return ages;
    }

    private static Verdict.Age age(List<Long> millis) {
        Collections.sort(millis);
        int rank = (int) Math.ceil(0.99 * millis.size());
        return new Verdict.Age(millis.size(), millis.getLast(), millis.get(rank - 1));
    }
}
