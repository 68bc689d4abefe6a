package dev.sluice.chaos;

import java.util.Locale;
import java.util.TreeMap;

/** A verdict for people. */
record VerdictText(Verdict verdict) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line(text, "%d requests in %d records: %s", verdict.requests(), verdict.publications(), outcomes());
        line(
                text,
                "%d lost, %d settled twice, %d missing images of %d",
                verdict.count(Violation.LOST),
                verdict.count(Violation.DOUBLED),
                verdict.count(Violation.MISSING_OBJECT),
                verdict.images() + verdict.count(Violation.MISSING_OBJECT));
        line(
                text,
                "%d dead letters of %d expected; %d images equal to their twin's",
                verdict.deadLettersFound(),
                verdict.deadLettersExpected(),
                verdict.twinImages());
        deviceTime(text);
        new TreeMap<>(verdict.ages())
                .forEach((outcome, age) -> line(
                        text,
                        "  %-20s %6d  p99 %.1f s, at most %.1f s after publication",
                        outcome,
                        age.count(),
                        age.p99Millis() / 1e3,
                        age.maxMillis() / 1e3));
        new TreeMap<>(verdict.violations()).forEach((violation, finding) -> {
            if (finding.count() > 0) {
                line(text, "%s: %d %s", violation, finding.count(), violation.meaning());
                finding.examples().forEach(example -> line(text, "  %s", example));
            }
        });
        line(text, verdict.ok() ? "every promise was kept" : "PROMISES WERE BROKEN");
        return text.toString();
    }

    private String outcomes() {
        return new TreeMap<>(verdict.outcomes()).toString();
    }

    private void deviceTime(StringBuilder text) {
        if (!verdict.deviceTime().isEmpty()) {
            long spent = verdict.deviceTime().stream()
                    .mapToLong(Verdict.DeviceTime::spentNanos)
                    .sum();
            long charged = verdict.deviceTime().stream()
                    .mapToLong(Verdict.DeviceTime::chargedNanos)
                    .sum();
            line(
                    text,
                    "device time of %d processes: %d ns spent, %d ns charged",
                    verdict.deviceTime().size(),
                    spent,
                    charged);
        }
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
