package dev.sluice.engine;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.Sampler;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.engine.Row.Role;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.PlanSummary;

/**
 * Everything that a request's images have in common, worked out once at admission.
 *
 * @param denoiserCondition class index that the denoiser's conditional rows get
 * @param nullCondition class index that stands for none
 * @param target class index that the guide is asked about; the null class where there is no guide
 * @param planned evaluations of one image
 */
record Recipe(
        DiffusionTables tables,
        Sampler sampler,
        Guidance guidance,
        StepPlan plan,
        int denoiserCondition,
        int nullCondition,
        int target,
        Evaluations planned) {
    int condition(Role role) {
        return switch (role) {
            case CONDITIONAL -> denoiserCondition;
            case UNCONDITIONAL -> nullCondition;
            case GUIDE -> target;
        };
    }

    PlanSummary summary() {
        return plan.summary();
    }
}
