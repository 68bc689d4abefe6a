package dev.sluice.codec;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.RequestPriority;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleArithmetic;
import dev.sluice.events.v1.ScheduleKind;
import dev.sluice.events.v1.ScheduleSpec;
import dev.sluice.events.v1.WeightingKind;
import dev.sluice.events.v1.WeightingSpec;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import java.util.TreeMap;

/**
 * Turns the vocabulary's request into the contract's. {@link RequestDecoder} gives it back as it was, save that the contract
 * counts a deadline in microseconds.
 */
public final class RequestEncoder {
    public GenerationRequested encode(GenerationRequest request) {
        return GenerationRequested.newBuilder()
                .setRequestId(request.id().value())
                .setTenantId(request.tenant().value())
                .setModel(request.model())
                .setPrompt(prompt(request.prompt()))
                .setImages(request.images())
                .setFirstImage(request.firstImage())
                .setSeed(request.seed())
                .setSampler(sampler(request.sampler()))
                .setGuidance(guidance(request.guidance()))
                .setPriority(priority(request.priority()))
                .setDeadline(request.deadline().orElse(null))
                .setTags(new TreeMap<>(request.tags()))
                .build();
    }

    private static PromptSpec prompt(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Unconditional() ->
                PromptSpec.newBuilder().setUnconditional(true).build();
            case Prompt.Label(String name) ->
                PromptSpec.newBuilder().setLabel(name).build();
            case Prompt.Text(String text, String negative) ->
                PromptSpec.newBuilder().setText(text).setNegative(negative).build();
        };
    }

    private static SamplerSpec sampler(SamplerSettings settings) {
        return new SamplerSpec(kind(settings.kind()), settings.steps(), settings.eta());
    }

    static SamplerKind kind(SamplerSettings.Kind kind) {
        return switch (kind) {
            case DDPM -> SamplerKind.DDPM;
            case DDIM -> SamplerKind.DDIM;
            case PNDM -> SamplerKind.PNDM;
            case DPMPP_2M -> SamplerKind.DPMPP_2M;
            case EULER -> SamplerKind.EULER;
        };
    }

    static GuidanceSpec guidance(Guidance guidance) {
        return switch (guidance) {
            case Guidance.None() -> GuidanceSpec.newBuilder().build();
            case Guidance.Classifier classifier ->
                GuidanceSpec.newBuilder()
                        .setMethod(GuidanceMethod.CLASSIFIER)
                        .setScale(classifier.scale())
                        .setSchedule(schedule(classifier.schedule()))
                        .setWeighting(weighting(classifier.weighting()))
                        .setConditionalDenoiser(classifier.denoiser() == Guidance.DenoiserCondition.CONDITIONAL)
                        .build();
            case Guidance.ClassifierFree free ->
                GuidanceSpec.newBuilder()
                        .setMethod(GuidanceMethod.CLASSIFIER_FREE)
                        .setScale(free.scale())
                        .setSchedule(schedule(free.schedule()))
                        .setWeighting(weighting(free.weighting()))
                        .setCfgCompress(cfgCompress(free.cfgCompress()))
                        .build();
        };
    }

    private static CfgCompress cfgCompress(Guidance.CfgCompress compress) {
        return switch (compress) {
            case GUIDANCE_TERM -> CfgCompress.GUIDANCE_TERM;
            case WHOLE_SCALE -> CfgCompress.WHOLE_SCALE;
        };
    }

    private static ScheduleSpec schedule(GuidanceSchedule schedule) {
        ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
        return switch (schedule) {
            case GuidanceSchedule.Full() -> spec.setKind(ScheduleKind.FULL).build();
            case GuidanceSchedule.Compress(int guided, double exponent, GuidanceSchedule.Arithmetic arithmetic) ->
                spec.setKind(ScheduleKind.COMPRESS)
                        .setGuided(guided)
                        .setExponent(exponent)
                        .setArithmetic(arithmetic(arithmetic))
                        .build();
            case GuidanceSchedule.EarlyStop(int guided) ->
                spec.setKind(ScheduleKind.EARLY_STOP).setGuided(guided).build();
            case GuidanceSchedule.Uniform(int guided) ->
                spec.setKind(ScheduleKind.UNIFORM).setGuided(guided).build();
            case GuidanceSchedule.EveryNth(int stride) ->
                spec.setKind(ScheduleKind.EVERY_NTH).setStride(stride).build();
            case GuidanceSchedule.Interval(double sigmaLow, double sigmaHigh) ->
                spec.setKind(ScheduleKind.INTERVAL)
                        .setSigmaLow(sigmaLow)
                        .setSigmaHigh(sigmaHigh)
                        .build();
            case GuidanceSchedule.Explicit(var timesteps) ->
                spec.setKind(ScheduleKind.EXPLICIT).setTimesteps(timesteps).build();
        };
    }

    private static ScheduleArithmetic arithmetic(GuidanceSchedule.Arithmetic arithmetic) {
        return switch (arithmetic) {
            case EXACT -> ScheduleArithmetic.EXACT;
            case FLOAT -> ScheduleArithmetic.FLOAT;
        };
    }

    private static WeightingSpec weighting(GuidanceWeighting weighting) {
        WeightingKind kind = switch (weighting.kind()) {
            case GAP -> WeightingKind.GAP;
            case VARIANCE_SUM -> WeightingKind.VARIANCE_SUM;
            case COMPACT_RATE -> WeightingKind.COMPACT_RATE;
            case MULTIPLICITY -> WeightingKind.MULTIPLICITY;
            case NONE -> WeightingKind.NONE;
            case HOLD -> WeightingKind.HOLD;
        };
        return WeightingSpec.newBuilder()
                .setKind(kind)
                .setForceTail(weighting.forceTail())
                .setMaxOmega(
                        weighting.maxOmega().isPresent() ? weighting.maxOmega().getAsDouble() : null)
                .build();
    }

    private static RequestPriority priority(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> RequestPriority.INTERACTIVE;
            case BATCH -> RequestPriority.BATCH;
        };
    }
}
