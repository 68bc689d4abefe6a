package dev.sluice.diffusion;

import dev.sluice.request.SamplerSettings;

/**
 * The process that a model was trained on, and how its family's published samplers walk it back. The one place that says
 * which timesteps a sampler visits.
 *
 * @param trainSteps N
 * @param stepsOffset what {@link Spacing#LEADING} adds to every timestep, 0 or 1
 * @param finalAlphaBar where DDIM and PNDM end; every other sampler ends without noise
 */
public record TrainedProcess(
        BetaSchedule betaSchedule, int trainSteps, Spacing spacing, int stepsOffset, FinalAlphaBar finalAlphaBar) {
    public TrainedProcess {
        requireStepsOffset(stepsOffset);
    }

    /**
     * Checks an offset before there is a process.
     *
     * @throws IllegalArgumentException where it is neither 0 nor 1
     */
    public static void requireStepsOffset(int stepsOffset) {
        if (stepsOffset != 0 && stepsOffset != 1) {
            throw new IllegalArgumentException("stepsOffset must be 0 or 1, not " + stepsOffset);
        }
    }

    /** Evenly spaced, to no noise at all. */
    public static TrainedProcess evenly(BetaSchedule betaSchedule, int trainSteps) {
        return new TrainedProcess(betaSchedule, trainSteps, Spacing.EVEN, 0, FinalAlphaBar.ONE);
    }

    /**
     * The tables of a run.
     *
     * @throws dev.sluice.request.InvalidFieldException on {@code sampler.steps}, where N has no such T timesteps
     */
    public DiffusionTables tables(SamplerSettings.Kind sampler, int steps) {
        return DiffusionTables.of(betaSchedule, trainSteps, timesteps(sampler, steps), end(sampler));
    }

    private int[] timesteps(SamplerSettings.Kind sampler, int steps) {
        return switch (sampler) {
            case DPMPP_2M -> Respacing.evenlyAboveZero(trainSteps, steps);
            case DDPM, DDIM, PNDM, EULER ->
                switch (spacing) {
                    case EVEN -> Respacing.evenly(trainSteps, steps);
                    case LEADING -> Respacing.leading(trainSteps, steps, stepsOffset);
                };
        };
    }

    private FinalAlphaBar end(SamplerSettings.Kind sampler) {
        return switch (sampler) {
            case DDIM, PNDM -> finalAlphaBar;
            case DDPM, DPMPP_2M, EULER -> FinalAlphaBar.ONE;
        };
    }
}
