package dev.sluice.metrics;

import dev.sluice.audit.AuditSink;
import dev.sluice.audit.Verdict;
import dev.sluice.request.GenerationRequest;
import io.micrometer.core.instrument.Counter;
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
        count("sluice.audit.images", "Finished images that a classifier judged", tags, 1);
        count(
                "sluice.audit.hits",
                "Judged images whose likeliest class is the one asked for",
                tags,
                verdict.hit() ? 1 : 0);
        count(
                "sluice.audit.loss",
                "Sum of -log p of the class asked for over judged images, in nats",
                tags,
                Math.max(0, verdict.loss()));
    }

    @Override
    public void dropped(Reason reason) {
        dropped(reason, 1);
    }

    private void dropped(Reason reason, double count) {
        count(
                "sluice.audit.dropped",
                "Requests drawn for an audit and not judged",
                Tags.of(Labels.REASON, reason.name().toLowerCase(Locale.ROOT)),
                count);
    }

    private void count(String name, String description, Tags tags, double amount) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment(amount);
    }
}
