package dev.sluice.engine;

import dev.sluice.engine.sampling.ImageState;
import dev.sluice.engine.sampling.Role;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.request.Evaluations;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A job's evaluations: those that it spent here, and the whole that made its images, which are more where another engine
 * began them. Encodings that another engine made of the prompt are not among them, for this one made its own. Confined to
 * the engine's loop.
 */
final class EvaluationCount {
    private final long skippedByImage;
    private final Evaluations inherited;
    private final Map<Role, Long> rows = new EnumMap<>(Role.class);

    /**
     * Nothing was spent here yet.
     *
     * @param begun images as another engine left them
     */
    EvaluationCount(SamplingPlan samplingPlan, List<ImageState> begun) {
        skippedByImage = samplingPlan.planned().skipped();
        inherited =
                begun.stream().map(image -> spentOn(image, samplingPlan)).reduce(Evaluations.NONE, Evaluations::plus);
    }

    private static Evaluations spentOn(ImageState image, SamplingPlan samplingPlan) {
        int upsampled = image.upsamplerSteps(samplingPlan);
        int decoded = image.done() && samplingPlan.decodes() ? 1 : 0;
        return samplingPlan
                .samplingSchedule()
                .evaluationsBefore(image.nextDenoisingIndex())
                .plus(new Evaluations(0, 0, 0, 0, 0, upsampled, decoded));
    }

    /** Rows that another engine made. */
    long inheritedRows() {
        return inherited.rows();
    }

    void rowCameBack(Role role) {
        rows.merge(role, 1L, Long::sum);
    }

    /** Rows that came back, here or there; what the plan skipped is counted for finished images. */
    Evaluations whole(int imagesDone) {
        Evaluations before = inherited.plus(new Evaluations(0, 0, 0, -inherited.skipped()));
        return before.plus(here(skippedByImage * imagesDone));
    }

    /** Rows that came back here. */
    Evaluations spent(int imagesDone) {
        return here(Math.max(0, skippedByImage * imagesDone - inherited.skipped()));
    }

    private Evaluations here(long skipped) {
        return new Evaluations(
                count(Role.CONDITIONAL),
                count(Role.UNCONDITIONAL),
                count(Role.GUIDE),
                skipped,
                count(Role.PROMPT) + count(Role.SECOND_PROMPT) + count(Role.GUIDE_PROMPT),
                count(Role.UPSAMPLE),
                count(Role.DECODE));
    }

    private long count(Role role) {
        return rows.getOrDefault(role, 0L);
    }
}
