package dev.sluice.codec;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.RequestPriority;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleArithmetic;
import dev.sluice.events.v1.ScheduleSpec;
import dev.sluice.events.v1.WeightingKind;
import dev.sluice.events.v1.WeightingSpec;
import dev.sluice.request.BundleDefaults;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Turns the contract's request into the vocabulary's, with what it leaves to its bundle filled in. Whatever the vocabulary
 * refuses becomes a {@link Decoded.Invalid}; so does a contradiction, and an enum's {@code UNKNOWN}, which is what a symbol
 * newer than this reader arrives as.
 */
public final class RequestDecoder {
    private final Map<String, BundleDefaults> bundles;

    /**
     * A decoder for a worker.
     *
     * @param bundles what each bundle that is served samples with, by its name. A request for another is filled in with
     *     anything, for the engine refuses it
     */
    public RequestDecoder(Map<String, BundleDefaults> bundles) {
        this.bundles = Map.copyOf(bundles);
    }

    /** A decoder for publishers, who know no bundle. It finds what no worker would serve. */
    public RequestDecoder() {
        this(Map.of());
    }

    /** The request with nothing left to its bundle. Its meaning no longer depends on who reads it. */
    public GenerationRequested filled(GenerationRequested event) {
        return Opinions.filled(event, bundles.getOrDefault(event.getModel(), BundleDefaults.ANY));
    }

    public Decoded decode(GenerationRequested event) {
        RequestId id;
        try {
            id = new RequestId(event.getRequestId());
        } catch (InvalidFieldException e) {
            return new Decoded.Unidentifiable(String.valueOf(e.getMessage()));
        }
        Optional<TenantId> tenant = Optional.empty();
        try {
            tenant = Optional.of(new TenantId(event.getTenantId()));
            return new Decoded.Valid(request(id, tenant.get(), filled(event)));
        } catch (InvalidFieldException e) {
            return new Decoded.Invalid(id, tenant, e.asRefusal());
        }
    }

    private static GenerationRequest request(RequestId id, TenantId tenant, GenerationRequested event) {
        GenerationRequest request = new GenerationRequest(
                id,
                tenant,
                event.getModel(),
                prompt(event.getPrompt()),
                event.getImages(),
                event.getFirstImage(),
                event.getSeed(),
                sampler(event.getSampler()),
                guidance(event.getGuidance()),
                priority(event.getPriority()),
                Optional.ofNullable(event.getDeadline()),
                event.getTags());
        Contradictions.refuse(event);
        return request;
    }

    private static Prompt prompt(PromptSpec spec) {
        if (spec.getLabel() != null && spec.getText() != null) {
            throw new InvalidFieldException(
                    FailureCode.FIELD_INVALID, "prompt", "prompt takes a label or a text, not both");
        }
        if (spec.getText() != null) {
            return new Prompt.Text(spec.getText(), spec.getNegative());
        }
        if (!spec.getNegative().isEmpty()) {
            throw new InvalidFieldException(
                    FailureCode.FIELD_INVALID, "prompt.negative", "prompt.negative needs a prompt.text");
        }
        return spec.getLabel() == null ? new Prompt.Unconditional() : new Prompt.Label(spec.getLabel());
    }

    private static SamplerSettings sampler(SamplerSpec spec) {
        SamplerSettings.Kind kind = switch (spec.getKind()) {
            case DDPM -> SamplerSettings.Kind.DDPM;
            case DDIM -> SamplerSettings.Kind.DDIM;
            case PNDM -> SamplerSettings.Kind.PNDM;
            case DPMPP_2M -> SamplerSettings.Kind.DPMPP_2M;
            case EULER -> SamplerSettings.Kind.EULER;
            case BUNDLE -> throw new IllegalStateException("not filled in: " + spec);
            case UNKNOWN -> throw unknown(FailureCode.SAMPLER_INVALID, "sampler.kind");
        };
        return new SamplerSettings(kind, spec.getSteps(), spec.getEta());
    }

    private static Guidance guidance(GuidanceSpec spec) {
        return switch (spec.getMethod()) {
            case NONE -> new Guidance.None();
            case CLASSIFIER -> {
                GuidanceSchedule schedule = schedule(spec.getSchedule());
                yield new Guidance.Classifier(
                        spec.getScale(),
                        schedule,
                        weighting(spec, schedule),
                        spec.getConditionalDenoiser()
                                ? Guidance.DenoiserCondition.CONDITIONAL
                                : Guidance.DenoiserCondition.UNCONDITIONAL);
            }
            case CLASSIFIER_FREE -> {
                GuidanceSchedule schedule = schedule(spec.getSchedule());
                yield new Guidance.ClassifierFree(
                        spec.getScale(), schedule, weighting(spec, schedule), cfgCompress(spec.getCfgCompress()));
            }
            case UNKNOWN -> throw unknown(FailureCode.GUIDANCE_UNSUPPORTED, "guidance.method");
        };
    }

    private static Guidance.CfgCompress cfgCompress(CfgCompress compress) {
        return switch (compress) {
            case GUIDANCE_TERM -> Guidance.CfgCompress.GUIDANCE_TERM;
            case WHOLE_SCALE -> Guidance.CfgCompress.WHOLE_SCALE;
            case UNKNOWN -> throw unknown(FailureCode.GUIDANCE_UNSUPPORTED, "guidance.cfgCompress");
        };
    }

    private static GuidanceSchedule schedule(ScheduleSpec spec) {
        return switch (spec.getKind()) {
            case FULL -> new GuidanceSchedule.Full();
            case COMPRESS ->
                new GuidanceSchedule.Compress(spec.getGuided(), spec.getExponent(), arithmetic(spec.getArithmetic()));
            case EARLY_STOP -> new GuidanceSchedule.EarlyStop(spec.getGuided());
            case UNIFORM -> new GuidanceSchedule.Uniform(spec.getGuided());
            case EVERY_NTH -> new GuidanceSchedule.EveryNth(spec.getStride());
            case INTERVAL -> new GuidanceSchedule.Interval(spec.getSigmaLow(), spec.getSigmaHigh());
            case EXPLICIT -> new GuidanceSchedule.Explicit(spec.getTimesteps());
            case UNKNOWN -> throw unknown(FailureCode.SCHEDULE_INVALID, "guidance.schedule.kind");
        };
    }

    private static GuidanceSchedule.Arithmetic arithmetic(ScheduleArithmetic arithmetic) {
        return switch (arithmetic) {
            case EXACT -> GuidanceSchedule.Arithmetic.EXACT;
            case FLOAT -> GuidanceSchedule.Arithmetic.FLOAT;
            case UNKNOWN -> throw unknown(FailureCode.SCHEDULE_INVALID, "guidance.schedule.arithmetic");
        };
    }

    private static GuidanceWeighting weighting(GuidanceSpec guidance, GuidanceSchedule schedule) {
        WeightingSpec spec = guidance.getWeighting();
        if (spec == null) {
            return GuidanceWeighting.defaultFor(schedule);
        }
        Double maxOmega = spec.getMaxOmega();
        return new GuidanceWeighting(
                weightingKind(spec.getKind()),
                spec.getForceTail(),
                maxOmega == null ? OptionalDouble.empty() : OptionalDouble.of(maxOmega));
    }

    private static GuidanceWeighting.Kind weightingKind(WeightingKind kind) {
        return switch (kind) {
            case GAP -> GuidanceWeighting.Kind.GAP;
            case VARIANCE_SUM -> GuidanceWeighting.Kind.VARIANCE_SUM;
            case COMPACT_RATE -> GuidanceWeighting.Kind.COMPACT_RATE;
            case MULTIPLICITY -> GuidanceWeighting.Kind.MULTIPLICITY;
            case NONE -> GuidanceWeighting.Kind.NONE;
            case HOLD -> GuidanceWeighting.Kind.HOLD;
            case UNKNOWN -> throw unknown(FailureCode.SCHEDULE_INVALID, "guidance.weighting.kind");
        };
    }

    private static Priority priority(RequestPriority priority) {
        return switch (priority) {
            case INTERACTIVE -> Priority.INTERACTIVE;
            case BATCH -> Priority.BATCH;
            case UNKNOWN -> throw unknown(FailureCode.FIELD_INVALID, "priority");
        };
    }

    private static InvalidFieldException unknown(FailureCode code, String field) {
        return new InvalidFieldException(code, field, field + " is none that this worker knows");
    }
}
