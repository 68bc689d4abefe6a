package dev.sluice.engine.scheduling;

import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;

/**
 * How large a bundle's batches are.
 *
 * @param rows of each network's batches, at least 1
 */
public record BatchSizes(PerNetwork rows) {
    private static final int FEW_ROWS = 4;

    public BatchSizes {
        for (Network network : Network.values()) {
            if (rows.get(network) < 1) {
                throw new IllegalArgumentException("calls have at least 1 row, not " + rows.get(network));
            }
        }
    }

    /** These for denoiser and guide, and {@linkplain #most the most that is sensible} for the other networks. */
    public BatchSizes(int denoiser, int guide) {
        this(PerNetwork.of(network -> most(network, denoiser))
                .with(Network.DENOISER, denoiser)
                .with(Network.GUIDE, guide));
    }

    public int of(Network network) {
        return Math.toIntExact(rows.get(network));
    }

    public int denoiser() {
        return of(Network.DENOISER);
    }

    public int guide() {
        return of(Network.GUIDE);
    }

    /**
     * How large a network's batches should be at most. Everything else is rarer than denoising: larger batches than these
     * would mostly wait for rows, or carry padding.
     *
     * @param denoiser rows of a denoiser batch
     */
    public static int most(Network network, int denoiser) {
        return switch (network) {
            case DENOISER -> denoiser;
            case GUIDE, UPSAMPLER -> Math.max(FEW_ROWS, denoiser / 2);
            case DECODER -> FEW_ROWS;
            // Nothing of a job starts before its prompt is encoded, and what that costs is little beside its images: it
            // shouldn't wait for another job's.
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> 1;
        };
    }
}
