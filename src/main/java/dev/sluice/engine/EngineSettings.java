package dev.sluice.engine;

import java.time.Duration;

/**
 * How the engine packs and how much it takes on.
 *
 * @param rowsPerCall rows of every denoiser call, padding included; part of what equal bits are promised for
 * @param guideRowsPerCall the same for guide calls
 * @param guidePatience denoiser calls that a guide row waits at most for company
 * @param maxImages images inside, waiting or under way, at which the engine counts as full
 * @param progressInterval least time between two progress reports of a job
 */
public record EngineSettings(
        int rowsPerCall, int guideRowsPerCall, int guidePatience, int maxImages, Duration progressInterval) {
    public EngineSettings {
        if (rowsPerCall < 1 || guideRowsPerCall < 1 || guidePatience < 1 || maxImages < 1) {
            throw new IllegalArgumentException("engine settings must be at least 1: " + rowsPerCall + ", "
                    + guideRowsPerCall + ", " + guidePatience + ", " + maxImages);
        }
    }
}
