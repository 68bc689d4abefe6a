package dev.sluice.lookup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far back the findings are complete.
 *
 * @param since what is older may be deleted by retention, or was not read; empty where every record ever written was read
 * @param outOfTime how long was read, where the time was over before all was read; {@code since} is then how far it came
 * @param closed topics that the caller may not read
 */
public record Known(Optional<Instant> since, Optional<Duration> outOfTime, List<String> closed) {
    public Known {
        closed = List.copyOf(closed);
    }

    /** Whether everything that was ever written has been read. */
    public boolean complete() {
        return since.isEmpty() && outOfTime.isEmpty() && closed.isEmpty();
    }

    /** A sentence for people for each reason why something may be missing. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        outOfTime.ifPresentOrElse(
                limit -> sentences.add("Reading stopped after " + limit.toSeconds() + " s (--timeout)"
                        + since.map(moment -> ", at records of " + moment + ". Older ones were not read.")
                                .orElse(", before the newest hour was read.")),
                () -> since.ifPresent(moment -> sentences.add("The topics' retention has deleted records from before "
                        + moment + "; what is older is not known.")));
        closed.forEach(topic -> sentences.add("Not read for want of the right to: " + topic + "."));
        return sentences;
    }
}
