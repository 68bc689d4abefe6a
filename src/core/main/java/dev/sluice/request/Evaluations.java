package dev.sluice.request;

/**
 * How often each network was evaluated, counted in rows (one image at one step).
 *
 * @param conditional denoiser rows that follow the prompt, or the only ones where there is none
 * @param unconditional second denoiser rows of classifier-free guidance
 * @param guide rows of the guide, forward and gradient
 * @param skipped guidance evaluations that guiding at every step would have made and the plan did not
 * @param text rows of text encoders; none for a prompt whose encoding was still at hand
 * @param upsampler rows of the upsampler
 * @param decoder rows of the decoder, one for each image that has a latent
 */
public record Evaluations(
        long conditional, long unconditional, long guide, long skipped, long text, long upsampler, long decoder) {
    public static final Evaluations NONE = new Evaluations(0, 0, 0, 0);

    /** Evaluations of denoiser and guide alone. */
    public Evaluations(long conditional, long unconditional, long guide, long skipped) {
        this(conditional, unconditional, guide, skipped, 0, 0, 0);
    }

    /** All rows that were evaluated. */
    public long rows() {
        return conditional + unconditional + guide + text + upsampler + decoder;
    }

    public Evaluations plus(Evaluations other) {
        return new Evaluations(
                conditional + other.conditional,
                unconditional + other.unconditional,
                guide + other.guide,
                skipped + other.skipped,
                text + other.text,
                upsampler + other.upsampler,
                decoder + other.decoder);
    }

    public Evaluations times(int images) {
        return new Evaluations(
                conditional * images,
                unconditional * images,
                guide * images,
                skipped * images,
                text * images,
                upsampler * images,
                decoder * images);
    }
}
