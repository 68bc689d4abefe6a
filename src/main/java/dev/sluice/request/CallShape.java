package dev.sluice.request;

/**
 * The calls that a request's rows went in.
 *
 * @param size {@link CallSize#CONSTANT} only if every one of them had these row counts
 * @param rowsPerCall rows of a denoiser call, padding included; at most that many where the size is elastic
 * @param guideRowsPerCall the same for guide calls
 */
public record CallShape(CallSize size, int rowsPerCall, int guideRowsPerCall) {}
