package dev.sluice.engine;

import dev.sluice.request.FailureCode;

/** The owner's grip on a job inside the engine. Safe from any thread; takes effect at the next step's edge. */
public interface JobHandle {
    /** Ends the job as failed; the listener hears of it, unless the job ended before. */
    void stop(FailureCode code, String reason);

    /** Ends the job without a word to the listener: its owner has gone. What it used becomes overhead. */
    void abandon();
}
