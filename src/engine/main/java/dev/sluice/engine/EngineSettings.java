package dev.sluice.engine;

import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.BatchSize;
import java.time.Duration;
import java.util.Map;

/**
 * How the engine packs and how much it takes on.
 *
 * @param callSize whether batches are padded to one size, which equal bits are promised for, or as large as need be
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
        BatchSize callSize,
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
    public static EngineSettings constant(int rowsPerCall, int guideRowsPerCall) {
        return constant(new BatchSizes(rowsPerCall, guideRowsPerCall));
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

    public EngineSettings withCallSize(BatchSize newCallSize) {
        return new EngineSettings(
                newCallSize,
                rows,
                rowsByBundle,
                guidePatience,
                maxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    public EngineSettings withMaxImages(int newMaxImages) {
        return new EngineSettings(
                callSize,
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
                callSize,
                rows,
                rowsByBundle,
                guidePatience,
                maxImages,
                newProgressInterval,
                deviceMemory,
                bundlePatience);
    }
}
