package dev.sluice.engine;

import dev.sluice.request.Refusal;

/** The engine's answer to a request. */
public sealed interface Admission {
    /** The job is inside and its listener will hear of its end, exactly once, unless it is abandoned. */
    record Accepted(JobHandle job) implements Admission {}

    /** The request can't be served here; nothing was started. */
    record Rejected(Refusal refusal) implements Admission {}
}
