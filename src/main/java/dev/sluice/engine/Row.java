package dev.sluice.engine;

import dev.sluice.request.Priority;

/**
 * One evaluation for one image at its own timestep.
 *
 * @param role what the result is for
 */
record Row(Trajectory trajectory, Role role) {
    /** What a row asks of which network. */
    enum Role {
        /** The denoiser, following the prompt. */
        CONDITIONAL(Network.DENOISER),
        /** The denoiser without the prompt, for classifier-free guidance. */
        UNCONDITIONAL(Network.DENOISER),
        /** The classifier and its gradient. */
        GUIDE(Network.GUIDE);

        private final Network network;

        Role(Network network) {
            this.network = network;
        }
    }

    Network network() {
        return role.network;
    }

    Job job() {
        return trajectory.job();
    }

    Priority priority() {
        return job().request().priority();
    }
}
