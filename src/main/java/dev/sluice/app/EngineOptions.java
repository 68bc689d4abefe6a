package dev.sluice.app;

import dev.sluice.engine.EngineSettings;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What the configuration says of the engine.
 *
 * @param rowsPerCall empty where the worker is to choose
 * @param guideRowsPerCall the same for guide calls
 */
record EngineOptions(
        OptionalInt rowsPerCall,
        OptionalInt guideRowsPerCall,
        int guidePatience,
        int maxImages,
        Duration progressInterval) {
    /** The engine's settings, with the sizes that were chosen. */
    EngineSettings withSizes(int chosenRowsPerCall, int chosenGuideRowsPerCall) {
        return new EngineSettings(
                chosenRowsPerCall, chosenGuideRowsPerCall, guidePatience, maxImages, progressInterval);
    }
}
