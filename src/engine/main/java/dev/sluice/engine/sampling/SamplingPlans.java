package dev.sluice.engine.sampling;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Network;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns a request into a {@link SamplingPlan} for one bundle, or says which field the bundle can't serve. */
public final class SamplingPlans {
    private static final String NO_TEXT = "";

    private final Bundle bundle;
    private final BundleManifest manifest;
    private final TablesBySteps tables;
    private final Optional<UpsamplerPlan> upsampler;

    public SamplingPlans(Bundle bundle) {
        this.bundle = bundle;
        manifest = bundle.manifest();
        tables = new TablesBySteps(manifest.diffusion().process());
        upsampler = manifest.upsampler().map(UpsamplerPlan::of);
    }

    /**
     * The plan of a request that is to be taken on, which does all that it asks for.
     *
     * @throws InvalidFieldException if the bundle can't serve the request, or would do so without the guidance asked for
     */
    public SamplingPlan admitted(GenerationRequest request) {
        SamplingPlan samplingPlan = samplingPlan(request);
        int steps = samplingPlan.samplingSchedule().plan().steps();
        if (!(request.guidance() instanceof Guidance.None)
                && samplingPlan.samplingSchedule().plan().guidedCount() == 0) {
            throw new InvalidFieldException(
                    FailureCode.SCHEDULE_INVALID,
                    "guidance.schedule",
                    "guidance.schedule guides none of the " + steps + " steps");
        }
        return samplingPlan;
    }

    /**
     * The request's plan.
     *
     * @throws InvalidFieldException if the bundle can't serve the request
     */
    public SamplingPlan samplingPlan(GenerationRequest request) {
        DiffusionTables tables = tables(request.sampler());
        Prompted prompted = prompted(request.prompt());
        Guidance guidance = request.guidance();
        requireServable(guidance, request.prompt());
        SamplingSchedule samplingSchedule = manifest.diffusion().samplingSchedule(request.sampler(), guidance, tables);
        return new SamplingPlan(
                samplingSchedule,
                guidance,
                isBlind(guidance) ? prompted.nothing() : prompted.prompt(),
                prompted.negative(),
                prompted.target(),
                upsampler,
                bundle.has(Network.DECODER),
                samplingSchedule.evaluations().plus(bundle.laterEvaluations()));
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

    /**
     * A prompt as this bundle's networks are told of it.
     *
     * @param negative what to keep away from under classifier-free guidance
     * @param nothing no prompt at all
     * @param target the prompt as the guide is asked about it
     */
    private record Prompted(Conditioning prompt, Conditioning negative, Conditioning nothing, Conditioning target) {}

    /** What to show, and what not; both may be empty. */
    private record PromptTexts(String text, String negative) {}

    private Prompted prompted(Prompt prompt) {
        return switch (manifest.condition()) {
            case ClassCondition classes -> {
                Conditioning nothing = new Conditioning.OfClass(classes.nullClass());
                Conditioning named = classIndex(prompt, classes)
                        .<Conditioning>map(Conditioning.OfClass::new)
                        .orElse(nothing);
                yield new Prompted(named, nothing, nothing, named);
            }
            case TextCondition text -> {
                PromptTexts texts = texts(prompt);
                yield new Prompted(
                        conditioning(Network.TEXT_ENCODER, texts.text()),
                        conditioning(Network.TEXT_ENCODER, texts.negative()),
                        conditioning(Network.TEXT_ENCODER, NO_TEXT),
                        conditioning(
                                bundle.has(Network.GUIDE_TEXT_ENCODER)
                                        ? Network.GUIDE_TEXT_ENCODER
                                        : Network.TEXT_ENCODER,
                                texts.text()));
            }
        };
    }

    private Conditioning conditioning(Network encoder, String text) {
        return new Conditioning.OfText(
                encoder,
                Arrays.stream(bundle.tokenizer(encoder).tokens(text)).boxed().toList());
    }

    /** Empty for no class. */
    private Optional<Integer> classIndex(Prompt prompt, ClassCondition classes) {
        return switch (prompt) {
            case Prompt.Unconditional unconditional -> Optional.empty();
            case Prompt.Label(String name) -> {
                OptionalInt index = classes.classIndex(name);
                if (index.isEmpty()) {
                    throw new InvalidFieldException(
                            FailureCode.LABEL_UNKNOWN,
                            "prompt.label",
                            manifest.name() + " has no class of that name; it has "
                                    + String.join(", ", classes.classes()));
                }
                yield Optional.of(index.getAsInt());
            }
            case Prompt.Text text ->
                throw new InvalidFieldException(
                        FailureCode.PROMPT_UNSUPPORTED,
                        "prompt.text",
                        manifest.name() + " takes a class label, not text");
        };
    }

    private PromptTexts texts(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Unconditional unconditional -> new PromptTexts(NO_TEXT, NO_TEXT);
            case Prompt.Text(String text, String negative) -> new PromptTexts(text, negative);
            case Prompt.Label label ->
                throw new InvalidFieldException(
                        FailureCode.PROMPT_UNSUPPORTED,
                        "prompt.label",
                        manifest.name() + " takes text, not a class label");
        };
    }

    private void requireServable(Guidance guidance, Prompt prompt) {
        if (!(guidance instanceof Guidance.None) && prompt instanceof Prompt.Unconditional) {
            throw unsupported("guidance needs a prompt to guide towards");
        }
        if (guidance instanceof Guidance.Classifier && !bundle.has(Network.GUIDE)) {
            throw unsupported(manifest.name() + " has no guiding classifier");
        }
        if (guidance instanceof Guidance.ClassifierFree && !manifest.guidance().classifierFree()) {
            throw unsupported(manifest.name() + " was not trained for classifier-free guidance");
        }
        if (isBlind(guidance) && !manifest.knowsNoPrompt()) {
            throw unsupported(manifest.name() + " was not trained without a class, and its denoiser must be told it");
        }
        if (prompt instanceof Prompt.Unconditional && !manifest.knowsNoPrompt()) {
            throw new InvalidFieldException(
                    FailureCode.PROMPT_UNSUPPORTED, "prompt", manifest.name() + " was not trained without a class");
        }
    }

    /** Whether the denoiser isn't told what the guide is. */
    private static boolean isBlind(Guidance guidance) {
        return guidance instanceof Guidance.Classifier classifier
                && classifier.denoiser() == Guidance.DenoiserCondition.UNCONDITIONAL;
    }

    private static InvalidFieldException unsupported(String message) {
        return new InvalidFieldException(FailureCode.GUIDANCE_UNSUPPORTED, "guidance.method", message);
    }
}
