package dev.sluice.app;

import dev.sluice.engine.Engine;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowCounter;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Network;
import dev.sluice.request.Outcome;
import dev.sluice.storage.StorageCounters;
import dev.sluice.wire.EventEncoder;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The worker's meters. Labels carry model and outcome, never an id. Any thread may write. */
final class WorkerMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    WorkerMetrics(Engine engine, List<Bundle> bundles) {
        Gauge.builder("sluice.engine.images.inside", engine, Engine::imagesInside)
                .description("Images in the engine, waiting or under way")
                .register(registry);
        FunctionCounter.builder("sluice.device.seconds", engine, e -> e.meter().deviceNanos() / 1e9)
                .description("Time in calls")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.device.overhead.seconds", engine, e -> e.meter().overheadNanos() / 1e9)
                .description("Time in calls that no request answers for")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.rows.padding.busy", engine, e -> e.calls().busyPaddingRows())
                .description("Empty rows evaluated while other work waited")
                .register(registry);
        for (Bundle bundle : bundles) {
            for (Network network : bundle.has()) {
                callSize(engine, bundle.name(), network);
                rows(bundle, network.label(), bundle.counter(network));
            }
        }
    }

    void watch(StorageCounters storage) {
        FunctionCounter.builder("sluice.storage.attempts", storage, StorageCounters::attempts)
                .description("Attempts at storing an image")
                .register(registry);
        FunctionCounter.builder("sluice.storage.retries", storage, StorageCounters::retries)
                .description("Attempts at storing an image that failed and were followed by another")
                .register(registry);
        FunctionCounter.builder("sluice.storage.failures", storage, StorageCounters::failures)
                .description("Images that could not be stored")
                .register(registry);
    }

    void settled(GenerationRequest request, Outcome outcome, Duration age) {
        Timer.builder("sluice.request.age")
                .description("From acceptance to settlement")
                .tag("outcome", EventEncoder.nameOf(outcome))
                .register(registry)
                .record(age);
        registry.counter("sluice.guidance.evaluations.saved")
                .increment((double) outcome.spent().skipped());
    }

    String scrape() {
        return registry.scrape();
    }

    private void callSize(Engine engine, String model, Network network) {
        Gauge.builder(
                        "sluice.call.size",
                        engine,
                        e -> Objects.requireNonNull(e.callShapes().get(model)).rowsPerCall(network))
                .description("Most rows of a call; halved when the device runs out of memory")
                .tags("model", model, "network", network.label())
                .register(registry);
    }

    private void rows(Bundle bundle, String network, RowCounter counter) {
        FunctionCounter.builder("sluice.rows", counter, RowCounter::used)
                .description("Rows evaluated, padding left out")
                .tags("model", bundle.name(), "network", network)
                .register(registry);
        FunctionCounter.builder("sluice.rows.padding", counter, RowCounter::padding)
                .description("Empty rows evaluated")
                .tags("model", bundle.name(), "network", network)
                .register(registry);
        FunctionCounter.builder("sluice.calls", counter, RowCounter::calls)
                .description("Calls of a network")
                .tags("model", bundle.name(), "network", network)
                .register(registry);
    }
}
