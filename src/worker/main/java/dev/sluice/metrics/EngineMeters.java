package dev.sluice.metrics;

import dev.sluice.engine.Engine;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowCounter;
import dev.sluice.request.BatchShape;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** What the engine and the doors of its networks count: device time, batches, rows, and what is still to be done. */
public final class EngineMeters implements MeterBinder {
    private final Engine engine;
    private final List<Bundle> bundles;

    public EngineMeters(Engine engine, List<Bundle> bundles) {
        this.engine = engine;
        this.bundles = List.copyOf(bundles);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("sluice.engine.images.inside", engine, Engine::imagesInside)
                .description("Images in the engine, waiting or under way")
                .register(registry);
        Gauge.builder("sluice.engine.healthy", engine, e -> e.healthy() ? 1 : 0)
                .description("1 while the engine's thread is up and some bundle is in service")
                .register(registry);
        FunctionCounter.builder(
                        "sluice.rows.padding.busy", engine, e -> e.batches().busyPaddingRows())
                .description("Empty rows evaluated while other work waited")
                .register(registry);
        for (Network network : Network.values()) {
            seconds(
                    registry,
                    network,
                    "sluice.device.seconds",
                    "Time in batches",
                    e -> e.meter().spent());
            seconds(
                    registry,
                    network,
                    "sluice.device.overhead.seconds",
                    "Time in batches that no request answers for",
                    e -> e.meter().overhead().nanos());
        }
        bundles.forEach(bundle -> bind(registry, bundle));
    }

    private void bind(MeterRegistry registry, Bundle bundle) {
        String model = bundle.name();
        Gauge.builder("sluice.bundle.in.service", engine, e -> e.inService(model) ? 1 : 0)
                .description("1 while the bundle takes requests, 0 while it keeps failing")
                .tags(Labels.MODEL, model)
                .register(registry);
        Backlog backlog = of(engine.backlogs(), model);
        Gauge.builder("sluice.evaluations.waiting", backlog, Backlog::evaluations)
                .description("Evaluations that accepted requests will still make")
                .tags(Labels.MODEL, model)
                .register(registry);
        Gauge.builder("sluice.evaluations.per.second", backlog, Backlog::evaluationsPerSecond)
                .description("Evaluations made per second of device time, lately")
                .tags(Labels.MODEL, model)
                .register(registry);
        for (Network network : bundle.has()) {
            callSize(
                    registry,
                    model,
                    network,
                    "sluice.call.size",
                    "Most rows of a batch; halved when the device runs out of memory",
                    Engine::batchShapes);
            callSize(
                    registry,
                    model,
                    network,
                    "sluice.call.size.configured",
                    "Most rows of a batch before any halving",
                    Engine::batchShapesAsSet);
            RowCounter counter = bundle.counter(network);
            rows(
                    registry,
                    model,
                    network,
                    "sluice.rows",
                    "Rows evaluated, padding left out",
                    counter,
                    RowCounter::used);
            rows(registry, model, network, "sluice.rows.padding", "Empty rows evaluated", counter, RowCounter::padding);
            rows(registry, model, network, "sluice.calls", "Batches of a network", counter, RowCounter::calls);
        }
    }

    private void seconds(
            MeterRegistry registry,
            Network network,
            String name,
            String description,
            Function<Engine, PerNetwork> nanos) {
        FunctionCounter.builder(name, engine, e -> nanos.apply(e).get(network) / 1e9)
                .description(description)
                .tags(Labels.NETWORK, network.label())
                .register(registry);
    }

    private void callSize(
            MeterRegistry registry,
            String model,
            Network network,
            String name,
            String description,
            Function<Engine, Map<String, BatchShape>> shapes) {
        Gauge.builder(name, engine, e -> of(shapes.apply(e), model).rowsPerCall(network))
                .description(description)
                .tags(Labels.MODEL, model, Labels.NETWORK, network.label())
                .register(registry);
    }

    private static void rows(
            MeterRegistry registry,
            String model,
            Network network,
            String name,
            String description,
            RowCounter counter,
            ToLongFunction<RowCounter> count) {
        FunctionCounter.builder(name, counter, count::applyAsLong)
                .description(description)
                .tags(Labels.MODEL, model, Labels.NETWORK, network.label())
                .register(registry);
    }

    private static <T> T of(Map<String, T> byModel, String model) {
        return Objects.requireNonNull(byModel.get(model), model);
    }
}
