package dev.sluice.stream;

import dev.sluice.codec.Decoded;
import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.Acceptance;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.state.v1.PendingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Brings a request to its outcome: forwards the events and changes the request store, inside the task's transaction. Confined
 * to the task's thread.
 */
final class OutcomeWriter {
    private final WorkerParts parts;
    private final Transactions transactions;
    private final RequestStore store;
    private final EventSinks sinks;

    OutcomeWriter(WorkerParts parts, Transactions transactions, RequestStore store, EventSinks sinks) {
        this.parts = parts;
        this.transactions = transactions;
        this.store = store;
        this.sinks = sinks;
    }

    /** A request that could be read and is not valid. */
    void refuse(PendingRequest pending, Decoded.Invalid invalid) {
        sinks.failed(parts.encoder().refused(invalid, parts.clock().instant()), pending);
        remember(pending, invalid.refusal().code().name());
        transactions.whenDecided(() -> parts.events().on(new RequestEvent.Refused(invalid.refusal())), () -> {});
    }

    /** A valid request that won't be served. */
    void refuse(PendingRequest pending, GenerationRequest request, Refusal refusal) {
        settle(pending, request, Outcome.Failed.refused(request.id(), refusal));
    }

    void settle(PendingRequest pending, GenerationRequest request, Outcome outcome) {
        Instant now = parts.clock().instant();
        switch (outcome) {
            case Outcome.Completed completed -> sinks.completed(parts.encoder().completed(request, completed), pending);
            case Outcome.Failed failed -> sinks.failed(parts.encoder().failed(request, failed, now), pending);
        }
        if (outcome.usage().rows() > 0) {
            Acceptance acceptance = new Acceptance(pending.getContentHash(), pending.getAcceptedAt());
            incur(parts.encoder().cost(request, acceptance, outcome, now), EventSinks.traceparent(pending));
        }
        remember(pending, EventEncoder.nameOf(outcome));
        parts.events().on(new RequestEvent.Settling(request.id()));
        transactions.whenDecided(
                () -> parts.events().on(new RequestEvent.Settled(request, outcome, ages(pending, outcome, now))),
                () -> writeOff(outcome.usage()));
    }

    /** Tells how far a request has come, and when it should end if it goes on as it did. */
    void report(PendingRequest pending, GenerationRequest request, int step) {
        Instant now = parts.clock().instant();
        Duration soFar = Duration.between(acceptedAt(pending, now), now);
        Optional<Instant> expectedAt = step == 0
                ? Optional.empty()
                : Optional.of(now.plus(
                        soFar.multipliedBy(request.sampler().steps() - step).dividedBy(step)));
        sinks.progressed(parts.encoder().progressed(request, step, expectedAt), pending, now);
    }

    /** An outcome that nobody waits for any more: another owner of the task has given one. */
    void writeOff(DeviceUsage usage) {
        parts.engine().meter().writtenOff(usage);
    }

    void chargeOverhead() {
        OverheadQueue overhead = parts.overhead();
        overhead.take(parts.clock().instant()).ifPresent(charge -> {
            transactions.whenDecided(() -> {}, () -> overhead.giveBack(charge));
            incur(
                    parts.encoder().overhead(charge.sequence(), charge.usage(), charge.start(), charge.end()),
                    Optional.empty());
        });
        overhead.takeLost().ifPresent(charge -> {
            transactions.whenDecided(charge.committed(), () -> overhead.lost(charge));
            incur(
                    parts.encoder().lost(charge.process(), charge.usage(), charge.start(), charge.end()),
                    Optional.empty());
        });
    }

    private void incur(CostIncurred charge, Optional<String> traceparent) {
        sinks.incurred(charge, traceparent);
        transactions.whenDecided(() -> parts.events().on(new RequestEvent.Incurred(charge)), () -> {});
    }

    private static RequestEvent.Ages ages(PendingRequest pending, Outcome outcome, Instant now) {
        Instant published = pending.getPublishedAt() == null ? pending.getAcceptedAt() : pending.getPublishedAt();
        Instant finished = switch (outcome) {
            case Outcome.Completed completed -> completed.timings().finishedAt();
            case Outcome.Failed failed -> now;
        };
        return new RequestEvent.Ages(age(published, now), age(pending.getAcceptedAt(), now), age(finished, now));
    }

    /** How long ago this was; never negative, for it may have been told by another machine's clock. */
    static Duration age(Instant then, Instant now) {
        return then.isAfter(now) ? Duration.ZERO : Duration.between(then, now);
    }

    private void remember(PendingRequest pending, String outcome) {
        store.settle(
                pending.getRequest().getRequestId(),
                pending.getContentHash(),
                outcome,
                parts.clock().instant());
    }

    /** Never after now, though another worker's clock may have been ahead. */
    private static Instant acceptedAt(PendingRequest pending, Instant now) {
        return pending.getAcceptedAt().isAfter(now) ? now : pending.getAcceptedAt();
    }
}
