package dev.sluice.diffusion;

/** The abar that the last step of a deterministic sampler goes to. */
public enum FinalAlphaBar {
    /** 1, no noise at all. */
    ONE,
    /** The value of the first training step. Stable Diffusion stops at the least noise that its denoiser has seen. */
    FIRST
}
