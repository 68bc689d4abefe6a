package dev.sluice.cli;

import dev.sluice.deadletter.Letter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters are meant: those that match every option given. */
final class LetterFilter {
    @Option(names = "--reason", paramLabel = "NAME", description = "Those with this reason, such as UNKNOWN_SCHEMA.")
    private @Nullable String reason;

    @Option(
            names = "--from",
            paramLabel = "TIME|PLACE",
            description =
                    "Those written since a day (UTC) or an instant, or whose records came from a topic or a partition of"
                            + " one: 2026-01-31, 2026-01-31T12:00:00Z, generation.requests, generation.requests-3.")
    private @Nullable String from;

    boolean isGiven() {
        return reason != null || from != null;
    }

    boolean test(Letter letter) {
        return (reason == null || reason.equalsIgnoreCase(letter.reason())) && (from == null || isFrom(from, letter));
    }

    private static boolean isFrom(String from, Letter letter) {
        if (from.matches("[0-9]{4}-[0-9]{2}.*")) {
            Instant moment = new CostCommand.Moment().convert(from);
            return !letter.writtenAt().isBefore(moment);
        }
        return letter.origin().filter(origin -> origin.isIn(from)).isPresent();
    }
}
