package dev.sluice.stream;

import java.util.List;

/** A worker that runs can't go on until somebody mends what brokers or registry have refused it. */
public final class MisconfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MisconfigurationException(List<String> problems, Throwable cause) {
        super("the worker can't go on: " + String.join("; ", problems), cause);
    }
}
