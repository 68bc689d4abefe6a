package dev.sluice.trace;

import dev.sluice.engine.JobEnd;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.stream.RequestEvent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/**
 * The spans of one attempt at a request: {@code admit}, {@code rows} (waiting for the device and sampling), {@code finish}
 * (encoding and storing), {@code settle} (until the outcome's transaction is committed). All are children of the publisher's
 * span, so that a worker which dies leaves no gap in the trace: the next one's spans stand beside what it had told.
 *
 * <p>The threads that have the request in turn call; what they ask for is a few field writes.
 */
final class RequestSpans {
    private final Tracer tracer;
    private final BatchWindows windows;
    private final Context publisher;
    private final GenerationRequest request;
    private final Span admit;
    /** Guarded by this: the one under way of rows, finish and settle. */
    private Span stage = Span.getInvalid();

    private boolean over;

    /** The attempt begins, and with it {@code admit}. */
    RequestSpans(Tracer tracer, BatchWindows windows, Context publisher, GenerationRequest request) {
        this.tracer = tracer;
        this.windows = windows;
        this.publisher = publisher;
        this.request = request;
        admit = start("admit", SpanKind.CONSUMER);
    }

    /**
     * What happens to the attempt.
     *
     * @return whether that was the last of it
     */
    synchronized boolean take(RequestEvent.OfAttempt event) {
        switch (event) {
            case RequestEvent.Begun begun -> {}
            case RequestEvent.Submitting submitting -> submitting();
            case RequestEvent.Admitted admitted -> admit.end();
            case RequestEvent.Rejected rejected -> refused(rejected.refusal());
            case RequestEvent.Batched batched -> stage.addEvent("first row");
            case RequestEvent.Stepped stepped -> {}
            case RequestEvent.Sampled sampled -> sampled(sampled.end());
            case RequestEvent.Finished finished -> finished(finished.outcome());
            case RequestEvent.Committed committed -> end();
            case RequestEvent.Aborted aborted -> aborted();
            case RequestEvent.Abandoned abandoned -> abandoned();
        }
        return over;
    }

    private void submitting() {
        stage = start("rows", SpanKind.INTERNAL);
        windows.entered(request.id(), stage.getSpanContext());
    }

    /** The rows were never begun: their span is dropped. */
    private void refused(Refusal refusal) {
        over = true;
        windows.left(request.id());
        admit.setStatus(StatusCode.ERROR, refusal.code().name()).end();
    }

    private void sampled(JobEnd end) {
        if (over) {
            return;
        }
        windows.left(request.id());
        stage.setAttribute("sluice.rows", end.usage().rows())
                .setAttribute("sluice.device.nanos", end.usage().deviceNanos());
        switch (end) {
            case JobEnd.Sampled sampled -> {
                stage.setAttribute("sluice.waiting.nanos", sampled.waiting().toNanos())
                        .setAttribute(
                                "sluice.sampling.nanos", sampled.sampling().toNanos());
                next("finish", SpanKind.INTERNAL);
            }
            case JobEnd.Stopped stopped -> {
                stage.setStatus(StatusCode.ERROR, stopped.code().name());
                next("settle", SpanKind.PRODUCER);
            }
        }
    }

    private void finished(Outcome outcome) {
        if (over) {
            return;
        }
        switch (outcome) {
            case Outcome.Completed completed -> {}
            case Outcome.Failed failed ->
                stage.setStatus(StatusCode.ERROR, failed.code().name());
        }
        next("settle", SpanKind.PRODUCER);
    }

    private void aborted() {
        stage.setStatus(StatusCode.ERROR, "the transaction was aborted");
        end();
    }

    private void abandoned() {
        windows.left(request.id());
        stage.addEvent("abandoned");
        end();
    }

    private void next(String name, SpanKind kind) {
        stage.end();
        stage = start(name, kind);
    }

    private void end() {
        over = true;
        stage.end();
    }

    private Span start(String name, SpanKind kind) {
        return tracer.spanBuilder(name)
                .setParent(publisher)
                .setSpanKind(kind)
                .setAttribute("sluice.request.id", request.id().value())
                .setAttribute("sluice.model", request.model())
                .setAttribute("sluice.images", request.images())
                .setAttribute("sluice.steps", request.sampler().steps())
                .startSpan();
    }
}
