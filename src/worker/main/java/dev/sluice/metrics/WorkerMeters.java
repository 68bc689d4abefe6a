package dev.sluice.metrics;

import dev.sluice.audit.AuditSink;
import dev.sluice.engine.JobEnd;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.stream.OutcomeObserver;
import dev.sluice.stream.PublishObserver;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** All of a worker's meters, and their registry. Any thread. */
public final class WorkerMeters implements OutcomeObserver, PublishObserver {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RequestMeters requests;
    private final CostMeters costs;
    private final AuditMeters audits;
    /** Kept, for a registry holds on to nothing that it reads. */
    private final List<MeterBinder> bound = new CopyOnWriteArrayList<>();

    /**
     * Meters that read zero.
     *
     * @param models that the worker serves
     * @param mostTenants that have labels of their own
     */
    public WorkerMeters(Set<String> models, int mostTenants) {
        requests = new RequestMeters(registry, models);
        costs = new CostMeters(registry, mostTenants);
        audits = new AuditMeters(registry);
    }

    /** Adds what counts for itself. */
    public void bind(MeterBinder meters) {
        bound.add(meters);
        meters.bindTo(registry);
    }

    /** Where audits of finished images are counted. */
    public AuditSink audits() {
        return audits;
    }

    /** All meters as they are now, in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void taken(Duration age) {
        requests.taken(age);
    }

    @Override
    public void stored(GenerationRequest request, JobEnd.Sampled sampled, Duration encoding, Duration uploading) {
        requests.stored(encoding, uploading);
    }

    @Override
    public void refused(Refusal refusal) {
        requests.refused(refusal);
    }

    @Override
    public void settled(GenerationRequest request, Outcome outcome, Ages ages) {
        requests.settled(request, outcome, ages);
    }

    @Override
    public void incurred(CostIncurred charge) {
        costs.incurred(charge);
    }
}
