package dev.sluice.chaos.checker;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.TreeMap;

/** A verdict for people. */
record VerdictText(Verdict verdict) {
    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        try (PrintWriter out = new PrintWriter(text)) {
            totals(out);
            deviceTime(out);
            ages(out);
            violations(out);
            out.println(verdict.ok() ? "every promise was kept" : "PROMISES WERE BROKEN");
        }
        return text.toString();
    }

    private void totals(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d requests in %d records: %s%n",
                verdict.requests(),
                verdict.publications(),
                new TreeMap<>(verdict.outcomes()));
        out.printf(
                Locale.ROOT,
                "%d lost, %d settled twice, %d missing images, %d whole ones%n",
                verdict.count(Violation.LOST),
                verdict.count(Violation.DOUBLED),
                verdict.count(Violation.MISSING_OBJECT),
                verdict.images());
        out.printf(
                Locale.ROOT,
                "%d dead letters, %d expected; %d images compared with their twin's%n",
                verdict.deadLettersFound(),
                verdict.deadLettersExpected(),
                verdict.twinImages());
    }

    private void deviceTime(PrintWriter out) {
        if (!verdict.deviceTime().isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "device time of %d processes: %d ns spent, %d ns charged%n",
                    verdict.deviceTime().size(),
                    verdict.deviceTime().stream()
                            .mapToLong(Verdict.DeviceTime::spentNanos)
                            .sum(),
                    verdict.deviceTime().stream()
                            .mapToLong(Verdict.DeviceTime::chargedNanos)
                            .sum());
        }
    }

    private void ages(PrintWriter out) {
        new TreeMap<>(verdict.ages())
                .forEach((outcome, age) -> out.printf(
                        Locale.ROOT,
                        "  %-20s %6d  p99 %.1f s, at most %.1f s after publication%n",
                        outcome,
                        age.count(),
                        age.p99Millis() / 1e3,
                        age.maxMillis() / 1e3));
    }

    private void violations(PrintWriter out) {
        new TreeMap<>(verdict.violations()).forEach((violation, finding) -> {
            if (finding.count() > 0) {
                out.printf(Locale.ROOT, "%s: %d %s%n", violation, finding.count(), violation.meaning());
                finding.examples().forEach(example -> out.println("  " + example));
            }
        });
    }
}
