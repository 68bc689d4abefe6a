package dev.sluice.stream;

import dev.sluice.request.RequestId;

/**
 * Watches requests on their way through a worker. Called on the thread that does the work, be it the stream's, the
 * engine's or the finisher's, so it should return at once.
 */
@FunctionalInterface
public interface Milestones {
    /** Watches nothing. */
    Milestones NONE = (milestone, request) -> {};

    void reached(Milestone milestone, RequestId request);
}
