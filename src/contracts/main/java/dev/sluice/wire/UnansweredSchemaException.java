package dev.sluice.wire;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry answers others rightly, and has not answered for this schema within the patience. */
public final class UnansweredSchemaException extends UndecodableException {
    private static final long serialVersionUID = 1L;

    private final @Nullable RegistryAnswer answer;

    UnansweredSchemaException(int id, RegistryUnavailableException last) {
        super(
                Reason.UNANSWERED_SCHEMA,
                "the schema registry answers, but not with schema " + id + ": " + last.getMessage(),
                last);
        this.answer = last instanceof UnexpectedAnswerException unexpected ? unexpected.answer() : null;
    }

    /** What was answered in the schema's place; empty where nothing was. */
    public Optional<RegistryAnswer> answer() {
        return Optional.ofNullable(answer);
    }
}
