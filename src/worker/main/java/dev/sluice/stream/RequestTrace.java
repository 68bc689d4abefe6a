package dev.sluice.stream;

import dev.sluice.engine.JobEnd;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;

/**
 * One attempt at a request, as it is passed on. Each method is called at most once, by the stream's thread, the engine's or
 * the finisher's, whichever has the request then: return at once, and never throw. {@link #abandoned} may come at any time after {@link
 * #submitting}, from the stream's thread, and ends it.
 */
public interface RequestTrace {
    /** The trace of a request that nobody follows. */
    RequestTrace NONE = new RequestTrace() {};

    /** The engine is about to get the request. */
    default void submitting() {}

    /** The engine has taken it. */
    default void admitted() {}

    /** The engine has not. */
    default void refused(Refusal refusal) {}

    /** Its first row goes into a call. */
    default void begun() {}

    /** The engine is done with it. */
    default void sampled(JobEnd end) {}

    /** Its images are stored, or could not be. */
    default void finished(Outcome outcome) {}

    /** The transaction with its outcome is committed. */
    default void committed() {}

    /** The transaction was aborted: somebody settles the request once more. */
    default void aborted() {}

    /** The task goes to another owner, who begins the request again. */
    default void abandoned() {}
}
