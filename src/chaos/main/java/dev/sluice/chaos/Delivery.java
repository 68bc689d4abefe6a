package dev.sluice.chaos;

import dev.sluice.chaos.checker.Publication;
import dev.sluice.events.v1.GenerationRequested;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Something to publish, with the outcomes that it may have.
 *
 * @param kind as the history has it
 * @param id request id; the key, for what no request can be read from
 * @param allowed outcomes, {@code COMPLETED} or failure codes; empty where a dead letter is due
 * @param twin group of requests with equal settings and seed, whose pixels must be equal
 */
record Delivery(
        Publication.Kind kind,
        String id,
        String tenant,
        Payload payload,
        List<String> allowed,
        Optional<String> twin,
        int images) {
    /** What the record's value is. */
    sealed interface Payload {}

    /** A request, as the contract has it. */
    record Request(GenerationRequested event) implements Payload {}

    record Cancellation(String reason) implements Payload {}

    /** Bytes that are no record, or not what they claim to be. */
    record Bytes(Poison poison) implements Payload {}

    /** Zeros, which take little in the topic and this much in memory. */
    record Zeros(int length) implements Payload {}

    static Delivery request(GenerationRequested event, List<String> allowed) {
        return of(Publication.Kind.REQUEST, event, allowed, Optional.empty());
    }

    static Delivery twin(GenerationRequested event, List<String> allowed, String group) {
        return of(Publication.Kind.REQUEST, event, allowed, Optional.of(group));
    }

    private static Delivery of(
            Publication.Kind kind, GenerationRequested event, List<String> allowed, Optional<String> twin) {
        return new Delivery(
                kind, event.getRequestId(), event.getTenantId(), new Request(event), allowed, twin, event.getImages());
    }

    /** The same record again. */
    Delivery again() {
        return new Delivery(Publication.Kind.DUPLICATE, id, tenant, payload, allowed, twin, images);
    }

    /** Another request under the same id, which can't be answered: the id has its outcome, or will. */
    static Delivery conflicting(GenerationRequested event) {
        return of(Publication.Kind.CONFLICTING, event, List.of(), Optional.empty());
    }

    static Delivery cancel(GenerationRequested event, List<String> allowed) {
        return new Delivery(
                Publication.Kind.CANCEL,
                event.getRequestId(),
                event.getTenantId(),
                new Cancellation("not wanted any more"),
                allowed,
                Optional.empty(),
                0);
    }

    static Delivery poison(String key, Poison poison) {
        return new Delivery(Publication.Kind.POISON, key, "", new Bytes(poison), List.of(), Optional.empty(), 0);
    }

    static Delivery zeros(String key, int length) {
        return new Delivery(Publication.Kind.POISON, key, "", new Zeros(length), List.of(), Optional.empty(), 0);
    }

    /** Its line in the history. */
    Publication noted(Instant now) {
        return new Publication(id, tenant, kind, Set.copyOf(allowed), twin.orElse(""), images, id, now.toEpochMilli());
    }
}
