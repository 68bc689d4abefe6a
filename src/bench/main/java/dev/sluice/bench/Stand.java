package dev.sluice.bench;

import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import java.util.function.Consumer;

/**
 * A bundle on the device, and how its engines are to be set up: what every measurement starts from.
 *
 * @param prepareThread readies a thread for the device
 * @param progress hears, in a line each, what is being measured
 */
record Stand(
        Bundle bundle,
        BatchSizes callRows,
        Runnable prepareThread,
        BenchPlan plan,
        long seed,
        Consumer<String> progress) {
    BareLoop bareLoop() throws InterruptedException {
        return new BareLoop(bundle, callRows, prepareThread);
    }

    /** An engine with batches of constant size. */
    BenchEngine engine() throws InterruptedException {
        return engine(BatchSize.CONSTANT);
    }

    BenchEngine engine(BatchSize callSize) throws InterruptedException {
        EngineSettings settings =
                EngineSettings.constant(callRows.denoiser(), callRows.guide()).withBatchSize(callSize);
        return new BenchEngine(bundle, settings, prepareThread);
    }

    Stand with(BenchPlan other) {
        return new Stand(bundle, callRows, prepareThread, other, seed, progress);
    }

    Stand with(BatchSizes other) {
        return new Stand(bundle, other, prepareThread, plan, seed, progress);
    }

    Traffic traffic() {
        return new Traffic(bundle.manifest(), bundle.has(Network.GUIDE), plan.trafficSteps(), seed);
    }
}
