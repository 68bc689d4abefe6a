package dev.sluice.codec;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleKind;
import dev.sluice.events.v1.ScheduleSpec;
import dev.sluice.events.v1.WeightingKind;
import dev.sluice.events.v1.WeightingSpec;
import dev.sluice.request.FailureCode;
import dev.sluice.request.InvalidFieldException;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Refuses requests that contradict themselves. Served with a part left out, such a request would cost somebody money
 * for pictures that nobody asked for.
 */
final class Contradictions {
    private static final String KIND = "kind";

    /** The fields that each kind of schedule takes. */
    private static final Map<ScheduleKind, Set<String>> TAKEN = Map.of(
            ScheduleKind.FULL, Set.of(),
            ScheduleKind.COMPRESS, Set.of("guided", "exponent", "arithmetic"),
            ScheduleKind.EARLY_STOP, Set.of("guided"),
            ScheduleKind.UNIFORM, Set.of("guided"),
            ScheduleKind.EVERY_NTH, Set.of("stride"),
            ScheduleKind.INTERVAL, Set.of("sigmaLow", "sigmaHigh"),
            ScheduleKind.EXPLICIT, Set.of("timesteps"));

    private Contradictions() {}

    /**
     * Checks a request whose open fields are filled in.
     *
     * @throws InvalidFieldException naming the field that can't be done
     */
    static void refuse(GenerationRequested request) {
        refuse(request.getPrompt(), request.getGuidance().getMethod());
        refuse(request.getSampler());
        refuse(request.getGuidance());
    }

    private static void refuse(PromptSpec prompt, GuidanceMethod method) {
        boolean names = prompt.getLabel() != null || prompt.getText() != null;
        if (!names && !prompt.getUnconditional()) {
            throw new InvalidFieldException(
                    FailureCode.PROMPT_UNSUPPORTED,
                    "prompt",
                    "prompt has nothing to draw: set prompt.label or prompt.text, or prompt.unconditional for an image"
                            + " of nothing in particular");
        }
        require(
                !(names && prompt.getUnconditional()),
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt.unconditional",
                "goes with neither prompt.label nor prompt.text");
        require(
                !prompt.getUnconditional() || method == GuidanceMethod.NONE,
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "needs a prompt to guide towards: NONE goes with prompt.unconditional");
        require(
                prompt.getNegative().isEmpty() || prompt.getText() == null || method == GuidanceMethod.CLASSIFIER_FREE,
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt.negative",
                "needs guidance.method CLASSIFIER_FREE, which alone keeps away from it");
    }

    private static void refuse(SamplerSpec sampler) {
        boolean taken = sampler.getKind() == SamplerKind.DDIM
                || (sampler.getKind() == SamplerKind.DDPM && sampler.getEta() == 1);
        require(
                taken || sampler.getEta() == 0,
                FailureCode.SAMPLER_INVALID,
                "sampler.eta",
                "is DDIM's; " + sampler.getKind() + " takes none");
    }

    private static void refuse(GuidanceSpec guidance) {
        switch (guidance.getMethod()) {
            case NONE -> leftAlone(guidance, "guidance", Set.of("method"), field -> "needs a guidance.method");
            case CLASSIFIER -> {
                require(
                        guidance.getCfgCompress() == CfgCompress.GUIDANCE_TERM,
                        FailureCode.GUIDANCE_UNSUPPORTED,
                        "guidance.cfgCompress",
                        "needs guidance.method CLASSIFIER_FREE");
                require(guidance.getScale() != 0, FailureCode.SCALE_INVALID, "guidance.scale", "guides nothing at 0");
                refuse(guidance.getSchedule());
            }
            case CLASSIFIER_FREE -> {
                require(
                        guidance.getConditionalDenoiser(),
                        FailureCode.GUIDANCE_UNSUPPORTED,
                        "guidance.conditionalDenoiser",
                        "can be false under guidance.method CLASSIFIER only");
                require(
                        pushes(guidance),
                        FailureCode.SCALE_INVALID,
                        "guidance.scale",
                        "guides nothing at " + guidance.getScale() + " under CLASSIFIER_FREE");
                refuse(guidance.getSchedule());
            }
            case UNKNOWN -> {}
        }
    }

    /** Whether the scale moves any guided step away from the conditional denoiser. */
    private static boolean pushes(GuidanceSpec guidance) {
        WeightingSpec weighting = guidance.getWeighting();
        boolean weighs = weighting == null
                ? guidance.getSchedule().getKind() == ScheduleKind.COMPRESS
                : weighting.getKind() != WeightingKind.NONE;
        boolean weighted = guidance.getCfgCompress() == CfgCompress.WHOLE_SCALE && weighs;
        return guidance.getScale() != 0 && (guidance.getScale() != 1 || weighted);
    }

    private static void refuse(ScheduleSpec schedule) {
        Set<String> taken = TAKEN.get(schedule.getKind());
        if (taken != null) {
            leftAlone(schedule, "guidance.schedule", taken, field -> {
                String kinds = TAKEN.keySet().stream()
                        .filter(kind -> TAKEN.getOrDefault(kind, Set.of()).contains(field))
                        .map(ScheduleKind::name)
                        .sorted()
                        .collect(Collectors.joining(" or "));
                return "is for guidance.schedule.kind " + kinds + ", not " + schedule.getKind();
            });
        }
        require(
                schedule.getKind() != ScheduleKind.EXPLICIT
                        || !schedule.getTimesteps().isEmpty(),
                FailureCode.SCHEDULE_INVALID,
                "guidance.schedule.timesteps",
                "must name the timesteps to guide");
    }

    /** All fields but these have their defaults. */
    private static void leftAlone(SpecificRecord record, String path, Set<String> taken, UnaryOperator<String> why) {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            Object fallback = SpecificData.getForSchema(field.schema()).getDefaultValue(field);
            boolean same = value == null ? fallback == null : value.equals(fallback);
            if (!same && !field.name().equals(KIND) && !taken.contains(field.name())) {
                throw new InvalidFieldException(
                        path.equals("guidance") ? FailureCode.GUIDANCE_UNSUPPORTED : FailureCode.SCHEDULE_INVALID,
                        path + "." + field.name(),
                        path + "." + field.name() + " " + why.apply(field.name()));
            }
        }
    }

    private static void require(boolean holds, FailureCode code, String field, String why) {
        if (!holds) {
            throw new InvalidFieldException(code, field, field + " " + why);
        }
    }
}
