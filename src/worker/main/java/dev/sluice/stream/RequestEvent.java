package dev.sluice.stream;

import dev.sluice.engine.JobEnd;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import java.time.Duration;

/**
 * Something that has happened to a request in this worker, or was charged. Metrics, traces, audits and the points of the fault
 * suite are made of these. A request passes them in the order in which they stand here; one that is begun again passes from
 * {@link Begun} on once more.
 *
 * <p>{@link Refused}, {@link Settled} and {@link Incurred} come once their transaction is committed, and not at all where
 * nobody knows whether it was. All others come as they happen.
 */
public sealed interface RequestEvent {
    /**
     * A request was read from its topic for the first time, as far as the request store knows. Nothing is written down yet, and
     * nobody has looked whether it is valid.
     *
     * @param age by the record's timestamp; never negative, though clocks differ
     */
    record Taken(String requestId, Duration age) implements RequestEvent {}

    /** A request could be read, was not valid and has its answer. */
    record Refused(Refusal refusal) implements RequestEvent {}

    /** Written down as pending, in a transaction that is not committed yet; the engine is about to get the request. */
    record Recorded(RequestId requestId) implements RequestEvent {}

    /** What happens to one attempt. Each comes at most once for it, but for {@link Stepped}. */
    sealed interface OfAttempt extends RequestEvent {
        Attempt attempt();
    }

    /** The attempt begins. */
    record Begun(Attempt attempt) implements OfAttempt {}

    /** The engine is about to get the request. */
    record Submitting(Attempt attempt) implements OfAttempt {}

    /** The engine has taken it. */
    record Admitted(Attempt attempt) implements OfAttempt {}

    /** The engine has not. */
    record Rejected(Attempt attempt, Refusal refusal) implements OfAttempt {}

    /** Its first row goes into a batch. */
    record Batched(Attempt attempt) implements OfAttempt {}

    /**
     * It has come further. Comes at most once in {@code engine.progress-interval}.
     *
     * @param step steps taken, on average over its images
     */
    record Stepped(Attempt attempt, int step) implements OfAttempt {}

    /** The engine is done with it. */
    record Sampled(Attempt attempt, JobEnd end) implements OfAttempt {}

    /** Its images are encoded and not stored yet. */
    record Encoded(RequestId requestId) implements RequestEvent {}

    /**
     * Its images are stored; nobody has been told.
     *
     * @param encoding from samples to files, the wait for a thread included
     * @param uploading from there until the store had all of them
     */
    record Stored(GenerationRequest request, JobEnd.Sampled sampled, Duration encoding, Duration uploading)
            implements RequestEvent {}

    /** Its images are stored, or could not be. */
    record Finished(Attempt attempt, Outcome outcome) implements OfAttempt {}

    /** Its outcome is forwarded, in a transaction that is not committed yet. */
    record Settling(RequestId requestId) implements RequestEvent {}

    /** It has its outcome. */
    record Settled(GenerationRequest request, Outcome outcome, Ages ages) implements RequestEvent {}

    /**
     * How old a request is at its settlement; never negative, though clocks differ.
     *
     * @param sincePublished by the record's timestamp
     * @param sinceAccepted by a worker, be it an earlier one
     * @param sinceFinished since its images were stored; zero where it has none
     */
    record Ages(Duration sincePublished, Duration sinceAccepted, Duration sinceFinished) {}

    /** Device time was charged, to a request or as overhead. */
    record Incurred(CostIncurred charge) implements RequestEvent {}

    /** The transaction with the attempt's outcome is committed. Its last event. */
    record Committed(Attempt attempt) implements OfAttempt {}

    /** That transaction was aborted: somebody settles the request once more. Its last event. */
    record Aborted(Attempt attempt) implements OfAttempt {}

    /**
     * The task goes to another owner, who begins the request again. May come at any time after {@link Submitting}. What comes
     * later for this attempt counts for nothing.
     */
    record Abandoned(Attempt attempt) implements OfAttempt {}
}
