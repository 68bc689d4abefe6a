package dev.sluice.wire;

import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * The schema registry can't be reached, does not answer as a registry does, or refuses the credentials. Says nothing about
 * the record at hand, which must be tried again and never becomes a dead letter.
 */
public sealed class RegistryUnavailableException extends RetriableException permits UnexpectedAnswerException {
    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message) {
        super(message);
    }

    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
