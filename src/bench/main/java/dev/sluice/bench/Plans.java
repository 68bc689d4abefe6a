package dev.sluice.bench;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Prompt;
import java.util.List;

/** The evaluations that requests need on one bundle, worked out as the engine does at admission. */
final class Plans {
    private final BundleManifest manifest;

    Plans(BundleManifest manifest) {
        this.manifest = manifest;
    }

    DiffusionTables tables(GenerationRequest request) {
        return manifest.diffusion()
                .process()
                .tables(request.sampler().kind(), request.sampler().steps());
    }

    StepPlan plan(GenerationRequest request) {
        return samplingSchedule(request).plan();
    }

    private SamplingSchedule samplingSchedule(GenerationRequest request) {
        return manifest.diffusion().samplingSchedule(request.sampler(), request.guidance(), tables(request));
    }

    /** The class that the prompt names, the null class where it names none. */
    int target(GenerationRequest request) {
        int none = manifest.classCondition().nullClass();
        return switch (request.prompt()) {
            case Prompt.Label(String name) ->
                manifest.classCondition().classIndex(name).orElse(none);
            case Prompt.Unconditional unconditional -> none;
            case Prompt.Text text -> none;
        };
    }

    /** The class that the denoiser is given. */
    int denoiserClass(GenerationRequest request) {
        boolean blind = request.guidance() instanceof Guidance.Classifier classifier
                && classifier.denoiser() == Guidance.DenoiserCondition.UNCONDITIONAL;
        return blind ? manifest.classCondition().nullClass() : target(request);
    }

    EvaluatedRows rows(GenerationRequest request) {
        Evaluations image = samplingSchedule(request).evaluations();
        return new EvaluatedRows(
                request.images() * (image.conditional() + image.unconditional()), request.images() * image.guide());
    }

    EvaluatedRows rows(List<GenerationRequest> requests) {
        return requests.stream().map(this::rows).reduce(EvaluatedRows.NONE, EvaluatedRows::plus);
    }

    /** The evaluations of all requests if every step of the guided ones were guided. */
    EvaluatedRows rowsGuidedAtEveryStep(List<GenerationRequest> requests) {
        return requests.stream()
                .map(request -> rows(request).plus(skipped(request)))
                .reduce(EvaluatedRows.NONE, EvaluatedRows::plus);
    }

    private EvaluatedRows skipped(GenerationRequest request) {
        long skipped =
                request.images() * samplingSchedule(request).evaluations().skipped();
        return request.guidance() instanceof Guidance.Classifier
                ? new EvaluatedRows(0, skipped)
                : new EvaluatedRows(skipped, 0);
    }
}
