package dev.sluice.stream;

import dev.sluice.codec.Decoded;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.Deadlines;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.LimitCheck;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import dev.sluice.stream.DeadLetterException.Reason;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.ContentHash;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request exactly one outcome. {@link #process} never waits and never samples: it writes the request down as
 * pending and hands it to the engine. A punctuation takes what has ended, forwards its events and marks it settled, all
 * in one transaction. A new owner of the task starts what is pending again; the old one abandons it.
 */
final class SettlingProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
    private final WorkerParts parts;
    private final StreamSettings settings;
    private final LimitCheck limits;
    private final WorkerState state;
    private final Homes homes;
    private final OutcomeInbox inbox;
    private final TaskJobs jobs;
    private @Nullable Open open;

    SettlingProcessor(WorkerParts parts, StreamSettings settings, WorkerState state, Homes homes) {
        this.homes = homes;
        this.parts = parts;
        this.settings = settings;
        this.limits = new LimitCheck(settings.limits());
        this.state = state;
        inbox = new OutcomeInbox(outcome -> parts.engine().meter().writtenOff(outcome.usage()));
        jobs = new TaskJobs(parts, settings.settle().timeBudget(), inbox, state.inFlight());
    }

    /** What exists between init and close. */
    private record Open(RequestStore store, OutcomeWriter writer, PendingRecovery recovery) {}

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        inbox.open();
        RequestStore store = new RequestStore(
                context.getStateStore(RequestStore.PENDING),
                context.getStateStore(RequestStore.SETTLED),
                settings.settle().retention(),
                state.unsettled());
        store.requireAtHome(context.taskId().partition(), homes.partitions());
        Map<Boolean, List<PendingRequest>> left = store.allPending().stream()
                .collect(Collectors.partitioningBy(
                        pending -> pending.getAttempts() < settings.settle().attempts()));
        left.getOrDefault(false, List.of()).forEach(this::giveUp);
        PendingRecovery recovery = new PendingRecovery(
                left.getOrDefault(true, List.of()),
                settings.settle().attempts(),
                state.transactions(),
                state.quarantine());
        open = new Open(
                store,
                new OutcomeWriter(parts, state.transactions(), store, new EventSinks(context, parts.clock())),
                recovery);
        context.schedule(settings.settle().interval(), PunctuationType.WALL_CLOCK_TIME, timestamp -> punctuate());
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        switch (record.value()) {
            case GenerationRequested request -> {
                requireKey(record.key(), request.getRequestId());
                requireWithin(limits.checkId(request.getRequestId()));
                request(request, Instant.ofEpochMilli(record.timestamp()), CloudEvent.traceparent(record.headers()));
            }
            case GenerationCancelled cancellation -> {
                requireKey(record.key(), cancellation.getRequestId());
                requireWithin(limits.checkCancellation(cancellation.getRequestId(), cancellation.getReason()));
                cancel(cancellation);
            }
            case null -> throw new DeadLetterException(Reason.NO_VALUE, "the record has no value");
            case SpecificRecord other ->
                throw new DeadLetterException(
                        Reason.NOT_A_REQUEST,
                        other.getSchema().getFullName() + " is neither a request nor a cancellation");
        }
    }

    @Override
    public void close() {
        jobs.abandonAll();
        inbox.close();
        if (open != null) {
            open.recovery().close();
            open.store().close();
            open = null;
        }
    }

    /** Another id's home may be another task's, so the key has to be the id. */
    private static void requireKey(@Nullable String key, String requestId) {
        if (!requestId.equals(key)) {
            throw new DeadLetterException(Reason.WRONG_KEY, "the record's key is not its requestId");
        }
    }

    /** What breaks these limits has no id to be answered under, or asks for no answer. */
    private static void requireWithin(Optional<Refusal> refusal) {
        refusal.ifPresent(no -> {
            throw new DeadLetterException(Reason.OVER_LIMIT, no.message());
        });
    }

    private void request(GenerationRequested event, Instant publishedAt, Optional<String> traceparent) {
        String id = event.getRequestId();
        String hash = ContentHash.of(event);
        Optional<SettledRequest> settled = open().store().settled(id, now());
        Optional<String> known = settled.map(SettledRequest::getContentHash)
                .or(() -> open().store().pending(id).map(PendingRequest::getContentHash));
        boolean cancelledAhead = settled.filter(entry -> entry.getOutcome().equals(RequestStore.CANCELLED_AHEAD))
                .isPresent();
        if (known.isEmpty() || cancelledAhead) {
            Instant now = now();
            parts.events().on(new RequestEvent.Taken(id, OutcomeWriter.age(publishedAt, now)));
            PendingRequest pending = PendingRequest.newBuilder()
                    .setRequest(parts.decoder().filled(event))
                    .setAcceptedAt(now)
                    .setPublishedAt(publishedAt)
                    .setTraceparent(traceparent.orElse(null))
                    .setContentHash(hash)
                    .build();
            answer(pending, cancelledAhead);
        } else if (!known.get().equals(hash)) {
            throw new DeadLetterException(
                    Reason.ID_TAKEN, "a request with this requestId and other content came before");
        }
    }

    private void answer(PendingRequest pending, boolean cancelledAhead) {
        switch (parts.decoder().decode(pending.getRequest())) {
            case Decoded.Unidentifiable(String reason) -> throw new DeadLetterException(Reason.NO_ID, reason);
            case Decoded.Invalid invalid -> open().writer().refuse(pending, invalid);
            case Decoded.Valid(GenerationRequest request) -> {
                Optional<Refusal> refusal = cancelledAhead
                        ? Optional.of(
                                new Refusal(FailureCode.CANCELLED, "requestId", "cancelled before the request came"))
                        : limits.check(request).or(() -> expired(request, pending.getAcceptedAt()));
                refusal.ifPresentOrElse(
                        no -> open().writer().refuse(pending, request, no), () -> accept(pending, request));
            }
        }
    }

    private static Optional<Refusal> expired(GenerationRequest request, Instant now) {
        return request.deadline()
                .filter(deadline -> !now.isBefore(deadline))
                .map(deadline -> new Refusal(
                        FailureCode.DEADLINE_EXPIRED,
                        "deadline",
                        Deadlines.inWords(deadline) + " had passed when the request came"));
    }

    private void accept(PendingRequest pending, GenerationRequest request) {
        Attempt attempt = begin(pending, request);
        open().store().put(pending);
        parts.events().on(new RequestEvent.Recorded(request.id()));
        jobs.start(attempt).ifPresent(no -> open().writer().refuse(pending, request, no));
    }

    /** Starts what an earlier owner of the task had accepted. What it can't serve is settled with the rest. */
    private void resume(PendingRequest pending) {
        Optional<Refusal> refusal = switch (parts.decoder().decode(pending.getRequest())) {
            case Decoded.Valid(GenerationRequest request)
            when pending.getCancelled() == null -> jobs.resume(begin(pending, request));
            case Decoded.Valid valid ->
                Optional.of(new Refusal(FailureCode.CANCELLED, "requestId", pending.getCancelled()));
            // The release that accepted it took more than this one does.
            case Decoded.Invalid(var id, var tenant, Refusal no) -> Optional.of(no);
            case Decoded.Unidentifiable(String reason) -> throw new IllegalStateException(reason);
        };
        RequestId id = new RequestId(pending.getRequest().getRequestId());
        refusal.ifPresent(no -> inbox.ended(Outcome.Failed.refused(id, no)));
    }

    private void cancel(GenerationCancelled cancellation) {
        String id = cancellation.getRequestId();
        Optional<PendingRequest> pending = open().store().pending(id);
        if (pending.isPresent()) {
            // Written down, so that whoever takes the task over while the job ends doesn't start it again.
            open().store()
                    .put(PendingRequest.newBuilder(pending.get())
                            .setCancelled(cancellation.getReason())
                            .build());
            jobs.cancel(new RequestId(id), cancellation.getReason());
        } else if (open().store().settled(id, now()).isEmpty()) {
            open().store().settle(id, "", RequestStore.CANCELLED_AHEAD, now());
        }
    }

    /** Where worker after worker has died over it. */
    private void giveUp(PendingRequest pending) {
        inbox.ended(Outcome.Failed.refused(
                new RequestId(pending.getRequest().getRequestId()),
                new Refusal(
                        FailureCode.CRASHES_WORKER,
                        "requestId",
                        "the worker ended " + pending.getAttempts() + " times while it was at this request")));
    }

    private void punctuate() {
        settleEnded();
        if (!state.stopping().begun()) {
            open().recovery().advance(open().store(), this::resume);
        }
        jobs.stopOverdue(now());
        if (state.stopping().handsOver()) {
            handOver();
        }
        open().writer().chargeOverhead();
    }

    /** Leaves what is still under way to the next owner. An attempt that ends so doesn't count. */
    private void handOver() {
        RequestStore store = open().store();
        for (RequestId id : jobs.started()) {
            store.pending(id.value())
                    .ifPresent(pending -> store.put(PendingRequest.newBuilder(pending)
                            .setAttempts(pending.getAttempts() - 1)
                            .build()));
        }
        jobs.abandonAll();
    }

    private void settleEnded() {
        inbox.takeOutcomes(outcome -> {
            Optional<Attempt> attempt = jobs.settled(outcome.requestId());
            open().recovery().settled(outcome.requestId().value());
            open().store()
                    .pending(outcome.requestId().value())
                    .ifPresentOrElse(
                            pending -> settle(pending, outcome),
                            () -> open().writer().writeOff(outcome.usage()));
            attempt.ifPresent(decided -> state.transactions()
                    .whenDecided(
                            () -> parts.events().on(new RequestEvent.Committed(decided)),
                            () -> parts.events().on(new RequestEvent.Aborted(decided))));
        });
        inbox.takeProgress((request, step) -> open().store()
                .pending(request.id().value())
                .ifPresent(pending -> open().writer().report(pending, request, step)));
    }

    private void settle(PendingRequest pending, Outcome outcome) {
        switch (parts.decoder().decode(pending.getRequest())) {
            case Decoded.Valid(GenerationRequest request) -> open().writer().settle(pending, request, outcome);
            case Decoded.Invalid invalid -> {
                open().writer().refuse(pending, invalid);
                open().writer().writeOff(outcome.usage());
            }
            case Decoded.Unidentifiable(String reason) -> throw new IllegalStateException(reason);
        }
    }

    private Attempt begin(PendingRequest pending, GenerationRequest request) {
        Attempt attempt = Attempt.at(pending, request);
        parts.events().on(new RequestEvent.Begun(attempt));
        return attempt;
    }

    private Instant now() {
        return parts.clock().instant();
    }

    private Open open() {
        if (open == null) {
            throw new IllegalStateException("used before init or after close");
        }
        return open;
    }
}
