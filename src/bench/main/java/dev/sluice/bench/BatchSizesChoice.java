package dev.sluice.bench;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.engine.device.SweepTable;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.request.Network;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** The batch sizes of a measurement: as asked for, or as a worker's sweep would choose on this machine. */
final class BatchSizesChoice {
    private static final Duration BUDGET = Duration.ofSeconds(15);
    private static final int MOST_ROWS = 256;

    private final Bundle bundle;
    private final Runnable prepareThread;
    private final Consumer<String> progress;

    BatchSizesChoice(Bundle bundle, Runnable prepareThread, Consumer<String> progress) {
        this.bundle = bundle;
        this.prepareThread = prepareThread;
        this.progress = progress;
    }

    /**
     * Chooses.
     *
     * @param asked for rows of a denoiser batch; empty for a sweep of each network
     */
    BatchSizes choose(OptionalInt asked) throws InterruptedException {
        int denoiser = asked.isPresent() ? asked.getAsInt() : knee(Network.DENOISER, MOST_ROWS);
        int most = BatchSizes.most(Network.GUIDE, denoiser);
        if (asked.isPresent() || !bundle.has(Network.GUIDE)) {
            return new BatchSizes(denoiser, most);
        }
        return new BatchSizes(denoiser, knee(Network.GUIDE, most));
    }

    private int knee(Network network, int most) throws InterruptedException {
        BatchSizeSweep sweep = new BatchSizeSweep(EngineClock.SYSTEM, BUDGET);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            SweepTable table = thread.submit(() -> {
                        prepareThread.run();
                        return sweep.run(bundle.manifest().layout(network), bundle.network(network), most);
                    })
                    .get();
            progress.accept(bundle.name() + ": calls of the " + network.label() + "\n" + table.text());
            table.doubts().forEach(doubt -> progress.accept("in doubt: " + doubt));
            return table.knee().rows();
        } catch (ExecutionException e) {
            throw new IllegalStateException("no call size for the " + network.label() + ": " + e.getCause(), e);
        }
    }
}
