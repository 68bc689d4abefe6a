package dev.sluice.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * Leaves it to publishers what is recorded: a span that belongs to somebody's trace follows that trace's sampled flag, and
 * one without a parent is recorded for a sampled span that it links to, or else not.
 */
final class FlagSampler implements Sampler {
    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        SpanContext publisher = Span.fromContext(parent).getSpanContext();
        boolean recorded = publisher.isValid()
                ? publisher.isSampled()
                : links.stream().anyMatch(link -> link.getSpanContext().isSampled());
        return recorded ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    @Override
    public String getDescription() {
        return "FlagSampler";
    }
}
