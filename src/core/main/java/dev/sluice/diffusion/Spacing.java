package dev.sluice.diffusion;

/** How a model's family spreads T sampling steps over its N training timesteps. */
public enum Spacing {
    /** From 0 to N-1, {@link Respacing#evenly} (ADM, DiT, GLIDE). */
    EVEN,
    /** Multiples of floor(N/T), moved up by an offset, {@link Respacing#leading} (Stable Diffusion). */
    LEADING
}
