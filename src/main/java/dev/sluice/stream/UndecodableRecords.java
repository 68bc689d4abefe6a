package dev.sluice.stream;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/**
 * Sends bytes that no schema explains to the dead letter topic. A registry that can't be reached says nothing about the
 * bytes, so that fails the task, which retries.
 */
public final class UndecodableRecords implements DeserializationExceptionHandler {
    private final LogAndContinueExceptionHandler deadLetters = new LogAndContinueExceptionHandler();

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return exception instanceof SerializationException
                ? deadLetters.handleError(context, record, exception)
                : Response.fail();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters.configure(configs);
    }
}
