package dev.sluice.bench;

import dev.sluice.engine.EngineSettings;
import dev.sluice.model.Bundle;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A bundle on the device, and how its engines are to be set up: what every measurement starts from.
 *
 * @param prepareThread readies a thread for the device
 * @param progress hears, in a line each, what is being measured
 */
record Stand(
        Bundle bundle,
        CallRows callRows,
        Runnable prepareThread,
        BenchPlan plan,
        long seed,
        Consumer<String> progress) {
    private static final int GUIDE_PATIENCE = 4;

    BareLoop bareLoop() throws InterruptedException {
        return new BareLoop(bundle, callRows, prepareThread);
    }

    BenchEngine engine() throws InterruptedException {
        return new BenchEngine(
                bundle,
                new EngineSettings(
                        callRows.denoiser(), callRows.guide(), GUIDE_PATIENCE, Integer.MAX_VALUE, Duration.ofDays(1)),
                prepareThread);
    }

    Stand with(BenchPlan other) {
        return new Stand(bundle, callRows, prepareThread, other, seed, progress);
    }

    Traffic traffic() {
        return new Traffic(bundle.manifest(), bundle.guide().isPresent(), plan.trafficSteps(), seed);
    }
}
