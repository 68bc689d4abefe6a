package dev.sluice.engine;

import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.BatchSize;
import java.time.Duration;
import java.util.Map;

/**
 * How the engine makes batches and how much it takes on.
 *
 * @param batchSize whether batches are padded to one size, which equal bits are promised for, or as large as need be
 * @param rows rows of batches, padding included
 * @param rowsByBundle the same for bundles, by name, that have sizes of their own
 * @param guidePatience full denoiser batches that any other network's row waits at least for company
 * @param maxImages images inside, waiting or under way, at which the engine counts as full
 * @param progressInterval least time between two progress reports of a job
 * @param deviceMemory bytes of bundles that may be on the device at once; {@link #UNLIMITED} for as many as there is
 *     room for
 * @param bundlePatience how long work for a bundle that isn't on the device waits while the bundles there are busy
 */
public record EngineSettings(
        BatchSize batchSize,
        BatchSizes rows,
        Map<String, BatchSizes> rowsByBundle,
        int guidePatience,
        int maxImages,
        Duration progressInterval,
        long deviceMemory,
        Duration bundlePatience) {
    /** No limit of our own on what is on the device. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public EngineSettings {
        rowsByBundle = Map.copyOf(rowsByBundle);
        if (guidePatience < 1 || maxImages < 1 || deviceMemory < 1) {
            throw new IllegalArgumentException(
                    "engine settings must be at least 1: " + guidePatience + ", " + maxImages + ", " + deviceMemory);
        }
    }

    /** Constant batches of these sizes for every bundle, and usual values for the rest. */
    public static EngineSettings constant(int denoiser, int guide) {
        return constant(new BatchSizes(denoiser, guide));
    }

    /** Constant batches with a size for each network. */
    public static EngineSettings constant(BatchSizes rows) {
        return new EngineSettings(
                BatchSize.CONSTANT, rows, Map.of(), 8, 64, Duration.ofSeconds(1), UNLIMITED, Duration.ofSeconds(10));
    }

    /** How large the batches of a bundle are, by its name. */
    BatchSizes rows(String bundle) {
        return rowsByBundle.getOrDefault(bundle, rows);
    }

    public EngineSettings withBatchSize(BatchSize newBatchSize) {
        return new EngineSettings(
                newBatchSize,
                rows,
                rowsByBundle,
                guidePatience,
                maxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    /** Sizes of their own for bundles, by name. */
    public EngineSettings withBatchSizes(Map<String, BatchSizes> newRowsByBundle) {
        return new EngineSettings(
                batchSize,
                rows,
                newRowsByBundle,
                guidePatience,
                maxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    public EngineSettings withMaxImages(int newMaxImages) {
        return new EngineSettings(
                batchSize,
                rows,
                rowsByBundle,
                guidePatience,
                newMaxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    public EngineSettings withProgressInterval(Duration newProgressInterval) {
        return new EngineSettings(
                batchSize,
                rows,
                rowsByBundle,
                guidePatience,
                maxImages,
                newProgressInterval,
                deviceMemory,
                bundlePatience);
    }
}
