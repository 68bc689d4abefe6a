package dev.sluice.request;

/**
 * How often each network was evaluated, counted in rows (one image at one step).
 *
 * @param conditional denoiser rows that follow the prompt, or the only ones where there is none
 * @param unconditional second denoiser rows of classifier-free guidance
 * @param guide classifier rows, forward and gradient
 * @param skipped guidance evaluations that guiding at every step would have made and the plan did not
 */
public record Evaluations(long conditional, long unconditional, long guide, long skipped) {
    public static final Evaluations NONE = new Evaluations(0, 0, 0, 0);

    public Evaluations plus(Evaluations other) {
        return new Evaluations(
                conditional + other.conditional,
                unconditional + other.unconditional,
                guide + other.guide,
                skipped + other.skipped);
    }

    public Evaluations times(int images) {
        return new Evaluations(conditional * images, unconditional * images, guide * images, skipped * images);
    }
}
