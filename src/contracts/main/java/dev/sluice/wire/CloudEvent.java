package dev.sluice.wire;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * An event's envelope: the CloudEvents 1.0 attributes that travel as Kafka headers in binary content mode. The id
 * follows from what the event says and which request it answers. An event that is written again has the same id. A
 * request id that comes again for something else gives another.
 *
 * @param id unique within the source's events of the type
 * @param type what happened, with the contract's version
 * @param source name of the worker or publisher
 * @param subject id of the request, or of the charge
 * @param time when it happened
 */
public record CloudEvent(String id, String type, String source, String subject, Instant time) {
    private static final String COST_INCURRED = "dev.sluice.cost.incurred.v1";
    private static final String TRACEPARENT = "traceparent";
    private static final int MAX_TRACEPARENT_BYTES = 128;
    private static final Pattern TRACEPARENT_FORM =
            Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]*)?");

    public static CloudEvent of(GenerationRequested event, String source, Instant time) {
        return about(event.getRequestId(), ContentHash.of(event), "requested", source, time);
    }

    public static CloudEvent of(GenerationCancelled event, String source, Instant time) {
        String id = event.getRequestId();
        return about(id, id, "cancelled", "generation", source, time);
    }

    /**
     * The envelope of a completion.
     *
     * @param contentHash of the request that this answers, as it was published
     */
    public static CloudEvent of(GenerationCompleted event, String contentHash) {
        return about(
                event.getRequestId(),
                contentHash,
                "completed",
                event.getWorker(),
                event.getTimings().getFinishedAt());
    }

    /**
     * The envelope of a failure.
     *
     * @param contentHash of the request that this answers, as it was published
     */
    public static CloudEvent of(GenerationFailed event, String contentHash) {
        return about(event.getRequestId(), contentHash, "failed", event.getWorker(), event.getFailedAt());
    }

    /**
     * The envelope of a progress report.
     *
     * @param contentHash of the request that this is about, as it was published
     */
    public static CloudEvent of(GenerationProgressed event, String contentHash, Instant time) {
        CloudEvent plain = about(event.getRequestId(), contentHash, "progressed", event.getWorker(), time);
        return new CloudEvent(
                plain.id() + ":" + event.getStep(), plain.type(), plain.source(), plain.subject(), plain.time());
    }

    public static CloudEvent of(CostIncurred event) {
        String id = event.getCostId();
        return about(id, id, "incurred", "cost", event.getWorker(), event.getChargePeriodEnd());
    }

    /** Whether a record's headers say that it is a charge which one of these workers wrote; what they say is not proven. */
    public static boolean isChargeOf(Set<String> workers, Headers headers) {
        return text(headers, "ce_type").filter(COST_INCURRED::equals).isPresent()
                && text(headers, "ce_source").filter(workers::contains).isPresent();
    }

    private static Optional<String> text(Headers headers, String key) {
        return Optional.ofNullable(headers.lastHeader(key))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }

    private static CloudEvent about(
            String requestId, String contentHash, String happened, String source, Instant time) {
        return about(requestId + ":" + contentHash, requestId, happened, "generation", source, time);
    }

    private static CloudEvent about(
            String identity, String subject, String happened, String what, String source, Instant time) {
        return new CloudEvent(
                identity + ":" + happened, "dev.sluice." + what + "." + happened + ".v1", source, subject, time);
    }

    /**
     * The trace context that a record carries, for the events that answer it. Empty if it is not what W3C Trace Context
     * calls a {@code traceparent}, or is longer than any known version of one.
     */
    public static Optional<String> traceparent(Headers headers) {
        return Optional.ofNullable(headers.lastHeader(TRACEPARENT))
                .map(Header::value)
                .filter(value -> value.length <= MAX_TRACEPARENT_BYTES)
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .filter(value -> TRACEPARENT_FORM.matcher(value).matches());
    }

    /** Puts the envelope into a record's headers, in place of any that is there. */
    public void writeTo(Headers headers, Optional<String> traceparent) {
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", id);
        put(headers, "ce_type", type);
        put(headers, "ce_source", source);
        put(headers, "ce_subject", subject);
        put(headers, "ce_time", time.toString());
        put(headers, "content-type", "application/avro");
        traceparent.ifPresent(value -> put(headers, TRACEPARENT, value));
    }

    private static void put(Headers headers, String key, String value) {
        headers.remove(key).add(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
