package dev.sluice.lookup;

import java.util.List;

/** What was found, in the order of the ids, and how far back it is complete. */
public record Answers(List<Found> found, Known known) {
    public Answers {
        found = List.copyOf(found);
    }
}
