package dev.sluice.chaos.checker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts violations and keeps the first few of each kind. Confined to the judge's thread. */
final class Findings {
    private static final int EXAMPLES = 20;

    private final Map<Violation, Integer> counts = new EnumMap<>(Violation.class);
    private final Map<Violation, List<String>> examples = new EnumMap<>(Violation.class);

    void add(Violation violation, String example) {
        counts.merge(violation, 1, Integer::sum);
        List<String> kept = examples.computeIfAbsent(violation, any -> new ArrayList<>());
        if (kept.size() < EXAMPLES) {
            kept.add(example);
        }
    }

    /** Every kind, also where there is none: what is absent was not judged. */
    Map<Violation, Verdict.Finding> all() {
        Map<Violation, Verdict.Finding> all = new EnumMap<>(Violation.class);
        for (Violation violation : Violation.values()) {
            all.put(
                    violation,
                    new Verdict.Finding(
                            counts.getOrDefault(violation, 0), examples.getOrDefault(violation, List.of())));
        }
        return all;
    }
}
