package dev.sluice.cli;

import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.lookup.Standing;

/** What {@code sluice get} calls it, and the exit code that says so. */
enum FoundState {
    COMPLETED(0),
    FAILED(1),
    CANCELLED(1),
    DEAD_LETTER(1),
    UNKNOWN(3),
    UNDER_WAY(4),
    WAITING(4);

    private final int exitCode;

    FoundState(int exitCode) {
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    static FoundState of(Standing standing) {
        return switch (standing) {
            case Standing.Completed completed -> COMPLETED;
            case Standing.Failed(var outcome, var at) ->
                outcome.getCode() == GenerationFailureCode.CANCELLED ? CANCELLED : FAILED;
            case Standing.DeadLetter letter -> DEAD_LETTER;
            case Standing.Unknown unknown -> UNKNOWN;
            case Standing.UnderWay underWay -> UNDER_WAY;
            case Standing.Waiting waiting -> WAITING;
        };
    }
}
