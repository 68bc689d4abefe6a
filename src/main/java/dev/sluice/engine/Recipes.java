package dev.sluice.engine;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.Walk;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;

/** Turns a request into a {@link Recipe} for one bundle, or says which field the bundle can't serve. */
final class Recipes {
    private final BundleManifest manifest;
    private final boolean hasGuide;
    private final TablesBySteps tables;

    Recipes(BundleManifest manifest, boolean hasGuide) {
        this.manifest = manifest;
        this.hasGuide = hasGuide;
        tables = new TablesBySteps(manifest.diffusion().process());
    }

    /**
     * The request's recipe.
     *
     * @throws InvalidFieldException if the bundle can't serve the request
     */
    Recipe recipe(GenerationRequest request) {
        DiffusionTables tables = tables(request.sampler());
        int nullClass = manifest.condition().nullClass();
        int target = target(request.prompt());
        Guidance guidance = request.guidance();
        requireServable(guidance, target);
        boolean blind = guidance instanceof Guidance.Classifier classifier
                && classifier.denoiser() == Guidance.DenoiserCondition.UNCONDITIONAL;
        Walk walk = manifest.diffusion().walk(request.sampler(), guidance, tables);
        return new Recipe(walk, guidance, blind ? nullClass : target, nullClass, target, walk.evaluations());
    }

    private DiffusionTables tables(SamplerSettings sampler) {
        int trainSteps = manifest.diffusion().trainSteps();
        if (sampler.steps() > trainSteps) {
            throw new InvalidFieldException(
                    FailureCode.STEPS_OUT_OF_RANGE,
                    "sampler.steps",
                    sampler.steps() + " steps; " + manifest.name() + " was trained with " + trainSteps);
        }
        return tables.of(sampler.kind(), sampler.steps());
    }

    private int target(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Unconditional unconditional -> manifest.condition().nullClass();
            case Prompt.Label(String name) ->
                manifest.condition()
                        .classIndex(name)
                        .orElseThrow(() -> new InvalidFieldException(
                                FailureCode.LABEL_UNKNOWN,
                                "prompt.label",
                                manifest.name() + " has no class of that name; it has "
                                        + String.join(", ", manifest.condition().classes())));
            case Prompt.Text text ->
                throw new InvalidFieldException(
                        FailureCode.PROMPT_UNSUPPORTED,
                        "prompt.text",
                        manifest.name() + " takes a class label, not text");
        };
    }

    private void requireServable(Guidance guidance, int target) {
        boolean unprompted = target == manifest.condition().nullClass();
        if (!(guidance instanceof Guidance.None) && unprompted) {
            throw unsupported("guidance needs a prompt to guide towards");
        }
        if (guidance instanceof Guidance.Classifier && !hasGuide) {
            throw unsupported(manifest.name() + " has no guiding classifier");
        }
    }

    private static InvalidFieldException unsupported(String message) {
        return new InvalidFieldException(FailureCode.GUIDANCE_UNSUPPORTED, "guidance.method", message);
    }
}
