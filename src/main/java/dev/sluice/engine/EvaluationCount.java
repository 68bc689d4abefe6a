package dev.sluice.engine;

import dev.sluice.engine.Row.Role;
import dev.sluice.request.Evaluations;
import java.util.List;

/**
 * A job's evaluations: those that it spent here, and the whole that made its images, which are more where another engine
 * began them. Confined to the engine's loop.
 */
final class EvaluationCount {
    private final long skippedByImage;
    private final Evaluations inherited;
    private final long inheritedSkipped;
    private long conditional;
    private long unconditional;
    private long guide;

    /**
     * Nothing was spent here yet.
     *
     * @param begun images as another engine left them
     */
    EvaluationCount(Recipe recipe, List<JobSnapshot.Image> begun) {
        skippedByImage = recipe.planned().skipped();
        inherited = begun.stream()
                .map(image -> recipe.walk().evaluationsBefore(image.nextIndex()))
                .reduce(Evaluations.NONE, Evaluations::plus);
        inheritedSkipped = inherited.skipped();
    }

    void rowCameBack(Role role) {
        switch (role) {
            case CONDITIONAL -> conditional++;
            case UNCONDITIONAL -> unconditional++;
            case GUIDE -> guide++;
        }
    }

    /** Rows that came back, here or there; what the plan skipped is counted for finished images. */
    Evaluations whole(int imagesDone) {
        return new Evaluations(
                inherited.conditional() + conditional,
                inherited.unconditional() + unconditional,
                inherited.guide() + guide,
                skippedByImage * imagesDone);
    }

    /** Rows that came back here. */
    Evaluations spent(int imagesDone) {
        return new Evaluations(
                conditional, unconditional, guide, Math.max(0, skippedByImage * imagesDone - inheritedSkipped));
    }
}
