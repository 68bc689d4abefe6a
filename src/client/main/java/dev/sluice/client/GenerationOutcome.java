package dev.sluice.client;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;

/** What became of a request. */
public sealed interface GenerationOutcome {
    /** Its images are stored. */
    record Completed(GenerationCompleted event) implements GenerationOutcome {}

    /** It has none; the event's code says why, and whether to ask again. */
    record Failed(GenerationFailed event) implements GenerationOutcome {}
}
