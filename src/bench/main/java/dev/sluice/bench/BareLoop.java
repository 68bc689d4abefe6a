package dev.sluice.bench;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The modules without an engine: one thread, prepared as the engine's is, evaluates the same full batch again and
 * again. Nothing is filled, planned or stepped between two batches.
 */
final class BareLoop implements AutoCloseable {
    private final Bundle bundle;
    private final BatchSizes callRows;
    private final RowBuffers denoiserRows;
    private final RowBuffers guideRows;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("sluice-bench-bare").daemon(true).factory());

    BareLoop(Bundle bundle, BatchSizes callRows, Runnable prepareThread) throws InterruptedException {
        this.bundle = bundle;
        this.callRows = callRows;
        denoiserRows = fullCall(Network.DENOISER);
        guideRows = fullCall(Network.GUIDE);
        await(thread.submit(prepareThread, 0.0));
    }

    /** The device as it is just now: each network for this long. */
    RowCosts measure(Duration each) throws InterruptedException {
        double denoiser =
                nanosPerCall(() -> bundle.evaluate(Network.DENOISER, denoiserRows), each) / callRows.denoiser();
        double guide = 0;
        if (bundle.has(Network.GUIDE)) {
            guide = nanosPerCall(() -> bundle.evaluate(Network.GUIDE, guideRows), each) / callRows.guide();
        }
        return new RowCosts(denoiser, guide);
    }

    private double nanosPerCall(Runnable call, Duration atLeast) throws InterruptedException {
        return await(thread.submit(() -> {
            long start = System.nanoTime();
            long calls = 0;
            long spent;
            do {
                call.run();
                calls++;
                spent = System.nanoTime() - start;
            } while (spent < atLeast.toNanos());
            return (double) spent / calls;
        }));
    }

    private RowBuffers fullCall(Network network) {
        int rows = callRows.of(network);
        int elements = bundle.manifest().sample().elements();
        int trainSteps = bundle.manifest().diffusion().trainSteps();
        int classes = bundle.manifest().classCondition().classes().size();
        RowBuffers call = new RowBuffers(rows, bundle.manifest().layout(network));
        float[] x = new float[elements];
        for (int row = 0; row < rows; row++) {
            new NoiseStream(1, row).fillInitial(x);
            call.begin().put(x).put((long) trainSteps * row / rows).put(row % classes);
        }
        return call;
    }

    private static double await(Future<Double> result) throws InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the bare loop failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
