package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.wire.CloudEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Forwards events to their topics, keyed and in their envelope, inside the task's transaction. A record's timestamp is
 * when it is written; its envelope says when the event happened. Topics delete by the timestamp, and a charge for a
 * process that ended last week must not be deleted at once.
 */
final class EventSinks {
    static final String COMPLETIONS = "completions";
    static final String FAILURES = "failures";
    static final String COSTS = "costs";
    static final String PROGRESS = "progress";

    private final ProcessorContext<String, SpecificRecord> context;
    private final Clock clock;

    EventSinks(ProcessorContext<String, SpecificRecord> context, Clock clock) {
        this.context = context;
        this.clock = clock;
    }

    void completed(GenerationCompleted event, PendingRequest answered) {
        CloudEvent envelope = CloudEvent.of(event, answered.getContentHash());
        forward(COMPLETIONS, event.getRequestId(), event, envelope, traceparent(answered));
    }

    void failed(GenerationFailed event, PendingRequest answered) {
        CloudEvent envelope = CloudEvent.of(event, answered.getContentHash());
        forward(FAILURES, event.getRequestId(), event, envelope, traceparent(answered));
    }

    void progressed(GenerationProgressed event, PendingRequest about, Instant now) {
        CloudEvent envelope = CloudEvent.of(event, about.getContentHash(), now);
        forward(PROGRESS, event.getRequestId(), event, envelope, traceparent(about));
    }

    /** Keyed by tenant; overhead, which has none, by worker. */
    void incurred(CostIncurred event, Optional<String> traceparent) {
        String tenant = event.getTenantId();
        forward(COSTS, tenant == null ? event.getWorker() : tenant, event, CloudEvent.of(event), traceparent);
    }

    static Optional<String> traceparent(PendingRequest request) {
        return Optional.ofNullable(request.getTraceparent());
    }

    private void forward(
            String sink, String key, SpecificRecord event, CloudEvent envelope, Optional<String> traceparent) {
        RecordHeaders headers = new RecordHeaders();
        envelope.writeTo(headers, traceparent);
        context.forward(new Record<>(key, event, clock.millis(), headers), sink);
    }
}
