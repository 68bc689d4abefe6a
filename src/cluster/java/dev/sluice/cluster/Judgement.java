package dev.sluice.cluster;

import dev.sluice.chaos.checker.Verdict;
import dev.sluice.chaos.checker.Violation;
import java.util.Arrays;

/** A verdict in a sentence. */
final class Judgement {
    private Judgement() {}

    static String sentence(Verdict verdict) {
        int broken = Arrays.stream(Violation.values()).mapToInt(verdict::count).sum();
        return "of " + verdict.requests() + " requests among " + verdict.publications() + " records so far "
                + verdict.count(Violation.LOST)
                + " were lost and " + (broken - verdict.count(Violation.LOST)) + " promises broken otherwise; outcomes "
                + verdict.outcomes()
                + ", " + verdict.images() + " images, " + verdict.deadLettersFound() + " of "
                + verdict.deadLettersExpected()
                + " dead letters.";
    }
}
