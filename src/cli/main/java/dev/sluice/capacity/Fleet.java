package dev.sluice.capacity;

import dev.sluice.engine.simulation.SimulatedModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The workers, and what is between them and publishers.
 *
 * @param models that each of them serves
 * @param partitions of the requests' topic
 * @param maxImages images inside at which a worker takes no more
 * @param aside what a request takes beside its time with a worker's engine and its thread: publishing, storing
 * @param commit how long a worker's thread commits whenever it has taken or settled anything, and does neither meanwhile
 * @param rebalance how long nobody fetches partitions that change hands
 * @param grace how long a worker that stops goes on with what it has
 * @param detail how closely the engine is simulated
 */
public record Fleet(
        List<SimulatedModel> models,
        int partitions,
        int maxImages,
        Duration aside,
        Duration commit,
        Duration rebalance,
        Duration grace,
        Detail detail) {
    /** How closely the engine is simulated. */
    public enum Detail {
        /** Image by image, with the engine's own fair shares and priorities. */
        IMAGES,
        /** Batch by batch, by the engine's own loop. */
        ROWS
    }

    public Fleet {
        models = List.copyOf(models);
    }

    /**
     * What a trace's rows take of devices, padding left out: less than any workers can do with.
     *
     * @throws IllegalArgumentException if it asks for a model that isn't here
     */
    Duration rowTime(Trace trace) {
        Map<String, SimulatedModel> byName =
                models.stream().collect(Collectors.toMap(SimulatedModel::name, Function.identity()));
        double[] ofAsk = new double[trace.asks().size()];
        for (int kind = 0; kind < ofAsk.length; kind++) {
            Ask ask = trace.asks().get(kind);
            SimulatedModel model = byName.get(ask.model());
            if (model == null) {
                throw new IllegalArgumentException("no model of the name " + ask.model());
            }
            ofAsk[kind] = ask.images()
                    * (ask.denoiserRows() * model.denoiserRowNanos() + ask.guideRows() * model.guideRowNanos());
        }
        double nanos = 0;
        for (int request = 0; request < trace.requests(); request++) {
            nanos += ofAsk[trace.kind(request)];
        }
        return Duration.ofNanos(Math.round(nanos));
    }
}
