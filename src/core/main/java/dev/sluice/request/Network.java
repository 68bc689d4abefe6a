package dev.sluice.request;

import java.util.Locale;

/**
 * The networks of a bundle that are evaluated on the device, each for rows of its own. New ones go last, for files
 * keep amounts in this order.
 */
public enum Network {
    /** Predicts the noise of a sample; a latent's, where the bundle has a decoder. */
    DENOISER,
    /** Says in which direction the target becomes likelier. */
    GUIDE,
    /** Turns a prompt's tokens into what the denoiser is told. */
    TEXT_ENCODER,
    /** Turns a prompt's tokens into what the guide is asked about. */
    GUIDE_TEXT_ENCODER,
    /** Predicts the noise of a larger sample, from a small one that is done. */
    UPSAMPLER,
    /** Turns a latent into a picture. */
    DECODER;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Its role in a bundle's manifest, and its name in metrics and files. */
    public String label() {
        return label;
    }
}
