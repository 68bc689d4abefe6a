package dev.sluice.worker;

import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.BatchSize;
import dev.sluice.request.PerNetwork;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the configuration says of the engine. What is empty is for the worker to choose.
 *
 * @param rowsPerCall of each network's calls, 0 where that is for the worker to choose
 * @param maxImages images inside at which the engine is full
 * @param deviceMemory bytes
 */
public record EngineOptions(
        BatchSize callSize,
        PerNetwork rowsPerCall,
        int guidePatience,
        OptionalInt maxImages,
        Duration progressInterval,
        long deviceMemory,
        Duration bundlePatience) {
    private static final int FEW_IMAGES = 64;

    /** Two calls are under way at full load, and as many images again are ready to take the places that come free. */
    private static final int CALLS_OF_IMAGES = 4;

    /** The engine's settings, with the sizes that were chosen for each bundle, by name. */
    EngineSettings withRows(Map<String, BatchSizes> chosen) {
        int largest =
                chosen.values().stream().mapToInt(BatchSizes::denoiser).max().orElse(1);
        return new EngineSettings(
                callSize,
                new BatchSizes(1, 1),
                chosen,
                guidePatience,
                maxImages.orElse(Math.max(FEW_IMAGES, CALLS_OF_IMAGES * largest)),
                progressInterval,
                deviceMemory,
                bundlePatience);
    }
}
