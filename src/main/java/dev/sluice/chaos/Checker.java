package dev.sluice.chaos;

/** Reads the history of a run, downstream of everything, and has it judged. Used by one thread. */
final class Checker {
    private final CheckerInput input;

    Checker(CheckerInput input) {
        this.input = input;
    }

    /**
     * Reads everything up to what there is now.
     *
     * @throws IllegalStateException where broker, registry, store or history can't be read
     */
    Verdict check() throws InterruptedException {
        throw new UnsupportedOperationException("not there yet: " + input);
    }
}
