package dev.sluice.engine;

import dev.sluice.diffusion.Walk;
import dev.sluice.engine.Row.Role;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.PlanSummary;

/**
 * Everything that a request's images have in common, worked out once at admission.
 *
 * @param walk from noise to picture
 * @param denoiserCondition class index that the denoiser's conditional rows get
 * @param nullCondition class index that stands for none
 * @param target class index that the guide is asked about; the null class where there is no guide
 * @param planned evaluations of one image
 */
record Recipe(Walk walk, Guidance guidance, int denoiserCondition, int nullCondition, int target, Evaluations planned) {
    int condition(Role role) {
        return switch (role) {
            case CONDITIONAL -> denoiserCondition;
            case UNCONDITIONAL -> nullCondition;
            case GUIDE -> target;
        };
    }

    PlanSummary summary() {
        return walk.plan().summary();
    }
}
