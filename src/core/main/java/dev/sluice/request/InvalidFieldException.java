package dev.sluice.request;

/** A value that the vocabulary refuses. Whoever builds vocabulary from untrusted input turns it into a refusal. */
public final class InvalidFieldException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;
    private final String field;

    public InvalidFieldException(FailureCode code, String field, String message) {
        super(message);
        this.code = code;
        this.field = field;
    }

    public FailureCode code() {
        return code;
    }

    /** Dotted path of the field as the contract names it, for example {@code guidance.scale}. */
    public String field() {
        return field;
    }

    public Refusal asRefusal() {
        return new Refusal(code, field, String.valueOf(getMessage()));
    }
}
