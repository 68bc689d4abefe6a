package dev.sluice.engine.sampling;

import dev.sluice.request.Network;

/** What a row asks of which network, for one image at its own timestep or for a prompt. */
public enum Role {
    /** The encoding of the text that the denoiser follows. */
    PROMPT(Network.TEXT_ENCODER),
    /** The encoding of a second text by the same encoder: of what the image should not show, mostly. */
    SECOND_PROMPT(Network.TEXT_ENCODER),
    /** The encoding of the text that the guide is asked about, where it has an encoder of its own. */
    GUIDE_PROMPT(Network.GUIDE_TEXT_ENCODER),
    /** The denoiser, following the prompt. */
    CONDITIONAL(Network.DENOISER),
    /** The denoiser without the prompt, for classifier-free guidance. */
    UNCONDITIONAL(Network.DENOISER),
    /** The guide and its gradient. */
    GUIDE(Network.GUIDE),
    /** The upsampler, following the prompt. */
    UPSAMPLE(Network.UPSAMPLER),
    /** The picture of a latent. */
    DECODE(Network.DECODER);

    private final Network network;

    Role(Network network) {
        this.network = network;
    }

    public Network network() {
        return network;
    }

    /** Whether the result is a prompt's encoding, which no plan counts. */
    public boolean encodes() {
        return network == Network.TEXT_ENCODER || network == Network.GUIDE_TEXT_ENCODER;
    }
}
