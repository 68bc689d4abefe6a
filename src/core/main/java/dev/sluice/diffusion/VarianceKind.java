package dev.sluice.diffusion;

/** Where the variance of a DDPM step comes from. */
public enum VarianceKind {
    /** The denoiser's second half of channels, between the posterior variance and beta (Nichol and Dhariwal 2021). */
    LEARNED_RANGE,
    /** The posterior variance, clipped at index 0 as its logarithm is. */
    FIXED_SMALL,
    /** Beta. */
    FIXED_LARGE
}
