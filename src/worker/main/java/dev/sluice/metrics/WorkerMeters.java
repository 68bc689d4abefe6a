package dev.sluice.metrics;

import dev.sluice.audit.AuditSink;
import dev.sluice.stream.RequestEvent;
import dev.sluice.stream.RequestListener;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** All of a worker's meters, and their registry. Any thread. */
public final class WorkerMeters implements RequestListener {
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
    public void on(RequestEvent event) {
        switch (event) {
            case RequestEvent.Taken taken -> requests.taken(taken.age());
            case RequestEvent.Refused refused -> requests.refused(refused.refusal());
            case RequestEvent.Stored stored -> requests.stored(stored.encoding(), stored.uploading());
            case RequestEvent.Settled settled -> requests.settled(settled.request(), settled.outcome(), settled.ages());
            case RequestEvent.Incurred incurred -> costs.incurred(incurred.charge());
            case RequestEvent.Recorded recorded -> {}
            case RequestEvent.Encoded encoded -> {}
            case RequestEvent.Settling settling -> {}
            case RequestEvent.OfAttempt attempt -> {}
        }
    }
}
