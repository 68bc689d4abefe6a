package dev.sluice.wire;

/**
 * The registry, or whoever stands before it, answered, but with neither what was asked nor a refusal: refused
 * credentials, an error of its own, a proxy's page, a redirect.
 */
public final class UnexpectedAnswerException extends RegistryUnavailableException {
    private static final long serialVersionUID = 1L;

    private final RegistryAnswer answer;

    /** @param asked the whole address */
    UnexpectedAnswerException(String asked, RegistryAnswer answer) {
        super(asked + " answered " + answer.status()
                + (answer.errorCode() == 0 ? "" : " (error code " + answer.errorCode() + ")") + ": "
                + answer.message());
        this.answer = answer;
    }

    public RegistryAnswer answer() {
        return answer;
    }
}
