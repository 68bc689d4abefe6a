package dev.sluice.stream;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Sends what {@link DeadLetterException} marks to the dead letter topic; anything else is a bug and fails the task.
 * Configured and called by a stream thread.
 */
public final class UnanswerableRecords implements ProcessingExceptionHandler {
    private @Nullable DeadLetters deadLetters;

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        return exception instanceof DeadLetterException
                ? Response.resume(List.of(Objects.requireNonNull(deadLetters, "configure first")
                        .letter(context, context.sourceRawKey(), context.sourceRawValue(), exception)))
                : Response.fail();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetters.of(configs);
    }
}
