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
 * @param mode whether batches are padded to their size
 * @param batchSizes rows of each network's batches, 0 where that is for the worker to choose
 * @param maxImages images inside at which the engine is full
 * @param deviceMemory bytes
 * @param threads libtorch's, per operator
 */
public record EngineOptions(
        BatchSize mode,
        PerNetwork batchSizes,
        int guidePatience,
        OptionalInt maxImages,
        Duration progressInterval,
        long deviceMemory,
        Duration bundlePatience,
        int threads) {
    private static final int FEW_IMAGES = 64;

    /** Two batches are under way at full load, and as many images again are ready to take the places that come free. */
    private static final int BATCHES_OF_IMAGES = 4;

    /** The engine's settings, with the sizes that were chosen for each bundle, by name. */
    EngineSettings with(Map<String, BatchSizes> chosen) {
        int largest =
                chosen.values().stream().mapToInt(BatchSizes::denoiser).max().orElse(1);
        return new EngineSettings(
                mode,
                new BatchSizes(1, 1),
                chosen,
                guidePatience,
                maxImages.orElse(Math.max(FEW_IMAGES, BATCHES_OF_IMAGES * largest)),
                progressInterval,
                deviceMemory,
                bundlePatience);
    }
}
