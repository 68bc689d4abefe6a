package dev.sluice.lookup;

import dev.sluice.deadletter.Letter;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import java.time.Instant;

/** How a request stands. Instants are those of the records. */
public sealed interface Standing {
    /** Its images are stored. */
    record Completed(GenerationCompleted outcome, Instant at) implements Standing {}

    /** It ended without images: refused, failed, cancelled or expired. */
    record Failed(GenerationFailed outcome, Instant at) implements Standing {}

    /** A worker works on it, or did: its newest progress. */
    record UnderWay(GenerationProgressed progress, Instant at) implements Standing {}

    /**
     * Its record could not be answered.
     *
     * @param sentBack whether the record was published again since
     */
    record DeadLetter(Letter letter, boolean sentBack) implements Standing {}

    /** It was published, and no worker has reported on it yet. */
    record Waiting(Instant publishedAt) implements Standing {}

    /** Nothing that was read tells of it. */
    record Unknown() implements Standing {}
}
