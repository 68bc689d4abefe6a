package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import java.time.Duration;

/**
 * Hears of requests and charges, for metrics. Called on a stream thread, so it returns at once and never throws. What is
 * settled, refused or incurred is told once its transaction is committed, and not at all where nobody knows whether it was.
 */
@FunctionalInterface
public interface OutcomeObserver {
    /**
     * How old a request is at its settlement; never negative, though clocks differ.
     *
     * @param sincePublished by the record's timestamp
     * @param sinceAccepted by a worker, be it an earlier one
     * @param sinceFinished since its images were stored; zero where it has none
     */
    record Ages(Duration sincePublished, Duration sinceAccepted, Duration sinceFinished) {}

    /** A request reached its outcome. */
    void settled(GenerationRequest request, Outcome outcome, Ages ages);

    /** A request could be read, was not valid and got its answer. */
    default void refused(Refusal refusal) {}

    /**
     * A request was read from its topic for the first time, as far as the ledger knows.
     *
     * @param age by the record's timestamp
     */
    default void taken(Duration age) {}

    /** Device time was charged, to a request or as overhead. */
    default void incurred(CostIncurred charge) {}
}
