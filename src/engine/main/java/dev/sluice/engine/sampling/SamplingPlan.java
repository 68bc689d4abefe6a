package dev.sluice.engine.sampling;

import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.Network;
import dev.sluice.request.PlanSummary;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a request's images have in common, worked out once at admission.
 *
 * @param samplingSchedule from noise to the first stage's sample
 * @param conditional what the denoiser's conditional rows are told, and the upsampler's
 * @param unconditional what its unconditional rows are told
 * @param target what the guide is asked about
 * @param upsampler the second stage, where the bundle has one
 * @param decodes whether the last sampler leaves a latent
 * @param planned evaluations of one image, its prompt's encoding left out
 */
public record SamplingPlan(
        SamplingSchedule samplingSchedule,
        Guidance guidance,
        Conditioning conditional,
        Conditioning unconditional,
        Conditioning target,
        Optional<UpsamplerPlan> upsampler,
        boolean decodes,
        Evaluations planned) {
    /** What a row of an image in this role is told of the prompt. */
    public Conditioning conditioning(Role role) {
        return switch (role) {
            case CONDITIONAL, UPSAMPLE -> conditional;
            case UNCONDITIONAL -> unconditional;
            case GUIDE -> target;
            case PROMPT, SECOND_PROMPT, GUIDE_PROMPT, DECODE ->
                throw new IllegalArgumentException(role + " is told nothing of the prompt");
        };
    }

    /** The texts that have to be encoded before images start, each once, by the role of the row that does it. */
    public Map<Role, Conditioning.OfText> texts() {
        Map<Role, Conditioning.OfText> texts = new EnumMap<>(Role.class);
        addText(texts, conditional);
        if (samplingSchedule.plan().guidedCount() > 0) {
            switch (guidance) {
                case Guidance.None none -> {}
                case Guidance.ClassifierFree free -> addText(texts, unconditional);
                case Guidance.Classifier classifier -> addText(texts, target);
            }
        }
        return texts;
    }

    /** Steps of one image in all its phases; a decoding counts as one. */
    public int stepsPerImage() {
        return samplingSchedule.length() + upsamplerSteps() + (decodes ? 1 : 0);
    }

    int upsamplerSteps() {
        return upsampler.map(UpsamplerPlan::steps).orElse(0);
    }

    public PlanSummary summary() {
        return samplingSchedule.plan().summary();
    }

    private static void addText(Map<Role, Conditioning.OfText> texts, Conditioning conditioning) {
        if (conditioning instanceof Conditioning.OfText text && !texts.containsValue(text)) {
            boolean guides = text.encoder() == Network.GUIDE_TEXT_ENCODER;
            Role denoisers = texts.containsKey(Role.PROMPT) ? Role.SECOND_PROMPT : Role.PROMPT;
            texts.put(guides ? Role.GUIDE_PROMPT : denoisers, text);
        }
    }
}
