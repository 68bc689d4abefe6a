package dev.sluice.metrics;

import dev.sluice.audit.AuditSink;
import dev.sluice.audit.Verdict;
import dev.sluice.request.GenerationRequest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/**
 * What audits of finished images come to, as sums that can be divided: hits by images is the accuracy, loss by images the
 * mean loss.
 */
final class AuditMeters implements AuditSink {
    private final MeterRegistry registry;

    AuditMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Reason reason : Reason.values()) {
            dropped(reason, 0);
        }
    }

    @Override
    public void judged(GenerationRequest request, Verdict verdict) {
        Tags tags = Tags.of(
                Labels.MODEL,
                request.model(),
                Labels.METHOD,
                Labels.method(request.guidance()),
                Labels.SCHEDULE,
                Labels.schedule(request.guidance()),
                Labels.CLASSIFIER,
                verdict.classifier().name().toLowerCase(Locale.ROOT));
        registry.counter("sluice.audit.images", tags).increment();
        registry.counter("sluice.audit.hits", tags).increment(verdict.hit() ? 1 : 0);
        registry.counter("sluice.audit.loss", tags).increment(Math.max(0, verdict.loss()));
    }

    @Override
    public void dropped(Reason reason) {
        dropped(reason, 1);
    }

    private void dropped(Reason reason, double count) {
        registry.counter("sluice.audit.dropped", Labels.REASON, reason.name().toLowerCase(Locale.ROOT))
                .increment(count);
    }
}
