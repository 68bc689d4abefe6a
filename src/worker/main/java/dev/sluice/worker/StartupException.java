package dev.sluice.worker;

import java.util.List;

/** A worker that can't start, with everything that is in its way. */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    StartupException(List<String> problems) {
        super("the worker can't start; there "
                + (problems.size() == 1 ? "is 1 problem" : "are " + problems.size() + " problems") + ":\n  "
                + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
