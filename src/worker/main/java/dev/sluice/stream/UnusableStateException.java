package dev.sluice.stream;

/** The stores on this disk can't be opened. They have been removed; the next start restores them from their changelogs. */
public final class UnusableStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableStateException(Throwable cause) {
        super(
                "the stores in the state directory can't be used and were removed; the next start restores them: "
                        + cause.getMessage(),
                cause);
    }
}
