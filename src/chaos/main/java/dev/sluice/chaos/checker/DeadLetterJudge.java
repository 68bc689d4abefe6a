package dev.sluice.chaos.checker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What can't be answered becomes a dead letter once, and nothing else does. Records are told apart by where they were read,
 * which a dead letter's headers say.
 */
final class DeadLetterJudge {
    private final Published published;
    private final Findings findings;

    DeadLetterJudge(Published published, Findings findings) {
        this.published = published;
        this.findings = findings;
    }

    void judge(List<History.DeadLetter> deadLetters) {
        Set<String> sources = new HashSet<>();
        Map<String, Integer> foundByKey = new HashMap<>();
        for (History.DeadLetter letter : deadLetters) {
            if (!letter.explained()) {
                findings.add(Violation.DEAD_LETTER_UNEXPLAINED, letter.key());
            }
            boolean again =
                    letter.source().filter(source -> !sources.add(source)).isPresent();
            if (again) {
                findings.add(
                        Violation.DEAD_LETTER_DOUBLED,
                        letter.key() + " from " + letter.source().orElse(""));
            } else {
                foundByKey.merge(letter.key(), 1, Integer::sum);
            }
        }
        Map<String, Integer> expected = published.expectedDeadLetters();
        expected.forEach((key, count) -> {
            for (int missing = foundByKey.getOrDefault(key, 0); missing < count; missing++) {
                findings.add(Violation.DEAD_LETTER_MISSING, key);
            }
        });
        foundByKey.forEach((key, count) -> {
            for (int extra = expected.getOrDefault(key, 0); extra < count; extra++) {
                findings.add(Violation.DEAD_LETTER_UNEXPECTED, key);
            }
        });
    }

    int expected() {
        return published.expectedDeadLetters().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }
}
