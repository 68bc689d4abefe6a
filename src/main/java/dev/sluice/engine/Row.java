package dev.sluice.engine;

/**
 * One evaluation for one image at its own timestep.
 *
 * @param role what the result is for
 */
record Row(Trajectory trajectory, Role role) {
    /** What a row asks of which network. */
    enum Role {
        /** The denoiser, following the prompt. */
        CONDITIONAL,
        /** The denoiser without the prompt, for classifier-free guidance. */
        UNCONDITIONAL,
        /** The classifier and its gradient. */
        GUIDE
    }
}
