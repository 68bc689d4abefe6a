package dev.sluice.stream;

import dev.sluice.wire.UndecodableException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Sends to the dead letter topic what {@link DeadLetterException} marks, and bytes that no schema explains. A registry that
 * can't be reached says nothing about the bytes, so that fails the task, which retries; anything else is a bug and fails it
 * too. Configured and called by a stream thread.
 */
public final class UnanswerableRecords implements ProcessingExceptionHandler {
    private @Nullable DeadLetters deadLetters;

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        return exception instanceof DeadLetterException || exception instanceof UndecodableException
                ? Response.resume(List.of(Objects.requireNonNull(deadLetters, "configure first")
                        .letter(context, context.sourceRawKey(), context.sourceRawValue(), exception)))
                : Response.fail();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetters.of(configs);
    }
}
