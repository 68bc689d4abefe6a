package dev.sluice.stream;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends bytes that no schema explains to the dead letter topic. A registry that can't be reached says nothing about the
 * bytes, so that fails the task, which retries. Configured and called by a stream thread.
 */
public final class UndecodableRecords implements DeserializationExceptionHandler {
    private @Nullable DeadLetters deadLetters;

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return exception instanceof SerializationException
                ? Response.resume(List.of(Objects.requireNonNull(deadLetters, "configure first")
                        .letter(context, record.key(), record.value(), exception)))
                : Response.fail();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetters.of(configs);
    }
}
