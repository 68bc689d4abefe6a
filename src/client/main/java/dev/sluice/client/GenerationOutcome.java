package dev.sluice.client;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;

/** How a request ended. */
public sealed interface GenerationOutcome {
    /** Its images are stored. */
    record Completed(GenerationCompleted event) implements GenerationOutcome {}

    /** It has no images. The event's code says why, and whether to ask again. */
    record Failed(GenerationFailed event) implements GenerationOutcome {}
}
