package dev.sluice.engine;

import dev.sluice.request.CallSize;
import java.time.Duration;

/**
 * How the engine packs and how much it takes on.
 *
 * @param callSize whether calls are padded to one size, which equal bits are promised for, or as large as need be
 * @param rowsPerCall rows of a denoiser call, padding included
 * @param guideRowsPerCall the same for guide calls
 * @param guidePatience full denoiser calls that a guide row waits at most for company
 * @param maxImages images inside, waiting or under way, at which the engine counts as full
 * @param progressInterval least time between two progress reports of a job
 * @param deviceMemory bytes of bundles that may be on the device at once; {@link #UNLIMITED} for as many as there is
 *     room for
 * @param bundlePatience how long work for a bundle that isn't on the device waits while the bundles there are busy
 */
public record EngineSettings(
        CallSize callSize,
        int rowsPerCall,
        int guideRowsPerCall,
        int guidePatience,
        int maxImages,
        Duration progressInterval,
        long deviceMemory,
        Duration bundlePatience) {
    /** No limit of our own on what is on the device. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public static final int DEFAULT_GUIDE_PATIENCE = 16;
    public static final int DEFAULT_MAX_IMAGES = 64;
    public static final Duration DEFAULT_PROGRESS_INTERVAL = Duration.ofSeconds(1);
    public static final Duration DEFAULT_BUNDLE_PATIENCE = Duration.ofSeconds(10);

    public EngineSettings {
        if (rowsPerCall < 1 || guideRowsPerCall < 1 || guidePatience < 1 || maxImages < 1 || deviceMemory < 1) {
            throw new IllegalArgumentException("engine settings must be at least 1: " + rowsPerCall + ", "
                    + guideRowsPerCall + ", " + guidePatience + ", " + maxImages + ", " + deviceMemory);
        }
    }

    /** Constant calls of these sizes, and for the rest the defaults. */
    public static EngineSettings constant(int rowsPerCall, int guideRowsPerCall) {
        return new EngineSettings(
                CallSize.CONSTANT,
                rowsPerCall,
                guideRowsPerCall,
                DEFAULT_GUIDE_PATIENCE,
                DEFAULT_MAX_IMAGES,
                DEFAULT_PROGRESS_INTERVAL,
                UNLIMITED,
                DEFAULT_BUNDLE_PATIENCE);
    }

    public EngineSettings withCallSize(CallSize newCallSize) {
        return new EngineSettings(
                newCallSize,
                rowsPerCall,
                guideRowsPerCall,
                guidePatience,
                maxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    public EngineSettings withMaxImages(int newMaxImages) {
        return new EngineSettings(
                callSize,
                rowsPerCall,
                guideRowsPerCall,
                guidePatience,
                newMaxImages,
                progressInterval,
                deviceMemory,
                bundlePatience);
    }

    public EngineSettings withProgressInterval(Duration newProgressInterval) {
        return new EngineSettings(
                callSize,
                rowsPerCall,
                guideRowsPerCall,
                guidePatience,
                maxImages,
                newProgressInterval,
                deviceMemory,
                bundlePatience);
    }
}
