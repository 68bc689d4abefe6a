package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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
import dev.sluice.request.BundleDefaults;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private final RequestDecoder decoder =
            new RequestDecoder(Map.of("shapes-32", new BundleDefaults(SamplerSettings.Kind.EULER, 30, 5, 7)));

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments("blank model", plain().setModel(" "), FailureCode.FIELD_INVALID, "model"),
                arguments("no images", plain().setImages(0), FailureCode.IMAGES_OUT_OF_RANGE, "images"),
                arguments("negative images", plain().setImages(-1), FailureCode.IMAGES_OUT_OF_RANGE, "images"),
                arguments(
                        "unknown priority",
                        plain().setPriority(RequestPriority.UNKNOWN),
                        FailureCode.FIELD_INVALID,
                        "priority"),
                arguments("blank label", prompt("", null, ""), FailureCode.LABEL_UNKNOWN, "prompt.label"),
                arguments("blank text", prompt(null, " ", ""), FailureCode.FIELD_INVALID, "prompt.text"),
                arguments("label and text", prompt("cat", "a cat", ""), FailureCode.FIELD_INVALID, "prompt"),
                arguments(
                        "negative without text",
                        prompt("cat", null, "x"),
                        FailureCode.FIELD_INVALID,
                        "prompt.negative"),
                arguments(
                        "unknown sampler",
                        sampler(SamplerKind.UNKNOWN, 50, 0),
                        FailureCode.SAMPLER_INVALID,
                        "sampler.kind"),
                arguments(
                        "negative steps",
                        sampler(SamplerKind.DDPM, -50, 1),
                        FailureCode.STEPS_OUT_OF_RANGE,
                        "sampler.steps"),
                arguments("eta above 1", sampler(SamplerKind.DDIM, 9, 1.1), FailureCode.SAMPLER_INVALID, "sampler.eta"),
                arguments(
                        "NaN eta",
                        sampler(SamplerKind.DDIM, 9, Double.NaN),
                        FailureCode.SAMPLER_INVALID,
                        "sampler.eta"),
                arguments(
                        "unknown method",
                        guidance(guided().setMethod(GuidanceMethod.UNKNOWN)),
                        FailureCode.GUIDANCE_UNSUPPORTED,
                        "guidance.method"),
                arguments(
                        "NaN scale",
                        guidance(guided().setScale(Double.NaN)),
                        FailureCode.SCALE_INVALID,
                        "guidance.scale"),
                arguments(
                        "infinite scale",
                        guidance(guided().setScale(Double.POSITIVE_INFINITY)),
                        FailureCode.SCALE_INVALID,
                        "guidance.scale"),
                arguments(
                        "negative scale", guidance(guided().setScale(-1)), FailureCode.SCALE_INVALID, "guidance.scale"),
                arguments(
                        "unknown compression",
                        guidance(guided().setCfgCompress(CfgCompress.UNKNOWN)),
                        FailureCode.GUIDANCE_UNSUPPORTED,
                        "guidance.cfgCompress"),
                refusedSchedule("unknown schedule", ScheduleKind.UNKNOWN, "kind"),
                refusedSchedule("compress nothing", ScheduleKind.COMPRESS, "guided"),
                refusedSchedule("early stop at nothing", ScheduleKind.EARLY_STOP, "guided"),
                refusedSchedule("uniform nothing", ScheduleKind.UNIFORM, "guided"),
                refusedSchedule("empty interval", ScheduleKind.INTERVAL, "sigmaLow"),
                arguments(
                        "reversed interval",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.INTERVAL)
                                .setSigmaLow(2)
                                .setSigmaHigh(1)),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.sigmaLow"),
                arguments(
                        "NaN interval",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.INTERVAL)
                                .setSigmaLow(Double.NaN)
                                .setSigmaHigh(1)),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.sigmaLow"),
                arguments(
                        "unknown arithmetic",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.COMPRESS)
                                .setGuided(5)
                                .setArithmetic(ScheduleArithmetic.UNKNOWN)),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.arithmetic"),
                arguments(
                        "negative exponent",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.COMPRESS)
                                .setGuided(5)
                                .setExponent(-1)),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.exponent"),
                arguments(
                        "no stride",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.EVERY_NTH)
                                .setStride(0)),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.stride"),
                arguments(
                        "repeated timesteps",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.EXPLICIT)
                                .setTimesteps(List.of(3, 3))),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.timesteps"),
                arguments(
                        "timestep 0",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.EXPLICIT)
                                .setTimesteps(List.of(1, 0))),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.timesteps"),
                arguments(
                        "unknown weighting",
                        guidance(guided().setWeighting(new WeightingSpec(WeightingKind.UNKNOWN, false, null))),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.weighting.kind"),
                arguments(
                        "omega of nothing",
                        guidance(guided().setWeighting(new WeightingSpec(WeightingKind.GAP, false, 0.0))),
                        FailureCode.SCHEDULE_INVALID,
                        "guidance.weighting.maxOmega"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesWithCodeAndField(String name, GenerationRequested.Builder event, FailureCode code, String field) {
        var invalid = assertInstanceOf(Decoded.Invalid.class, decoder.decode(event.build()), name);
        assertThat(invalid.id()).isEqualTo(new RequestId("r-1"));
        assertThat(invalid.tenant()).contains(new TenantId("acme"));
        assertThat(invalid.refusal().code()).isEqualTo(code);
        assertThat(invalid.refusal().field()).isEqualTo(field);
        assertThat(invalid.refusal().message()).isNotBlank();
    }

    @Test
    void refusesABlankTenantWithoutNamingOne() {
        var invalid = assertInstanceOf(
                Decoded.Invalid.class, decoder.decode(plain().setTenantId("").build()));
        assertThat(invalid.tenant()).isEmpty();
        assertThat(invalid.refusal().field()).isEqualTo("tenantId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void cannotAnswerARequestWithABlankId(String id) {
        assertInstanceOf(
                Decoded.Unidentifiable.class,
                decoder.decode(plain().setRequestId(id).build()));
    }

    @Test
    void fillsInWhatThePublisherLeftOut() {
        assertThat(decoder.decode(plain().build()))
                .isEqualTo(new Decoded.Valid(new GenerationRequest(
                        new RequestId("r-1"),
                        new TenantId("acme"),
                        "shapes-32",
                        new Prompt.Label("cat"),
                        1,
                        0,
                        0,
                        SamplerSettings.deterministic(SamplerSettings.Kind.EULER, 30),
                        new Guidance.None(),
                        Priority.INTERACTIVE,
                        Optional.empty(),
                        Map.of())));
    }

    @Test
    void takesTheBundlesScaleOfTheMethodThatWasAskedFor() {
        assertThat(valid(guidance(guided().setScale(0))).guidance())
                .isEqualTo(new Guidance.ClassifierFree(
                        5, new GuidanceSchedule.Full(), GuidanceWeighting.of(GuidanceWeighting.Kind.NONE)));
        assertThat(valid(guidance(guided().setMethod(GuidanceMethod.CLASSIFIER).setScale(0)))
                        .guidance())
                .isEqualTo(new Guidance.Classifier(
                        7,
                        new GuidanceSchedule.Full(),
                        GuidanceWeighting.of(GuidanceWeighting.Kind.NONE),
                        Guidance.DenoiserCondition.CONDITIONAL));
    }

    @Test
    void leavesOpinionsAlone() {
        assertThat(valid(sampler(SamplerKind.DDIM, 50, 0.5)).sampler()).isEqualTo(SamplerSettings.ddim(50, 0.5));
        assertThat(valid(sampler(SamplerKind.DDPM, 50, 1)).sampler()).isEqualTo(SamplerSettings.ddpm(50));
        assertThat(valid(sampler(SamplerKind.BUNDLE, 9, 0)).sampler())
                .isEqualTo(SamplerSettings.deterministic(SamplerSettings.Kind.EULER, 9));
    }

    /** A worker whose bundle has other defaults must go on with what was begun. */
    @Test
    void aRequestThatIsFilledMeansTheSameToEveryReader() {
        GenerationRequested filled =
                decoder.filled(guidance(guided().setScale(0)).build());

        assertThat(new RequestDecoder().decode(filled)).isEqualTo(decoder.decode(filled));
        assertThat(new RequestDecoder().filled(filled)).isEqualTo(filled);
    }

    /** It might be one that nobody serves, or a name mistyped; the engine says so. */
    @Test
    void fillsInARequestForABundleThatIsNotServed() {
        assertInstanceOf(
                Decoded.Valid.class, decoder.decode(plain().setModel("other").build()));
    }

    @Test
    void drawsNothingInParticularWhereThatIsAskedFor() {
        var prompt = PromptSpec.newBuilder().setUnconditional(true).build();
        assertThat(valid(plain().setPrompt(prompt)).prompt()).isEqualTo(new Prompt.Unconditional());
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                arguments("nothing to draw", prompt(null, null, ""), "prompt"),
                arguments(
                        "something and nothing",
                        plain().setPrompt(new PromptSpec("cat", null, "", true)),
                        "prompt.unconditional"),
                arguments(
                        "guided towards nothing",
                        guidance(guided()).setPrompt(new PromptSpec(null, null, "", true)),
                        "guidance.method"),
                arguments("negative text that nothing reads", prompt(null, "cat", "dog"), "prompt.negative"),
                arguments("noise of a sampler without", sampler(SamplerKind.PNDM, 9, 0.5), "sampler.eta"),
                arguments("half of DDPM's noise", sampler(SamplerKind.DDPM, 9, 0.5), "sampler.eta"),
                arguments("noise of a bundle's sampler without", sampler(SamplerKind.BUNDLE, 9, 0.5), "sampler.eta"),
                arguments(
                        "a schedule of no guidance",
                        guidance(GuidanceSpec.newBuilder().setSchedule(compress())),
                        "guidance.schedule"),
                arguments(
                        "a scale of no guidance",
                        guidance(GuidanceSpec.newBuilder().setScale(3)),
                        "guidance.scale"),
                arguments(
                        "a weighting of no guidance",
                        guidance(GuidanceSpec.newBuilder()
                                .setWeighting(WeightingSpec.newBuilder().build())),
                        "guidance.weighting"),
                arguments(
                        "guided steps of a full schedule",
                        schedule(ScheduleSpec.newBuilder().setGuided(10)),
                        "guidance.schedule.guided"),
                arguments(
                        "an exponent of an early stop",
                        schedule(ScheduleSpec.newBuilder()
                                .setKind(ScheduleKind.EARLY_STOP)
                                .setGuided(10)
                                .setExponent(2)),
                        "guidance.schedule.exponent"),
                arguments(
                        "no timesteps",
                        schedule(ScheduleSpec.newBuilder().setKind(ScheduleKind.EXPLICIT)),
                        "guidance.schedule.timesteps"),
                arguments("a scale that guides nothing", guidance(guided().setScale(1)), "guidance.scale"),
                arguments(
                        "a whole scale that guides nothing",
                        guidance(guided().setScale(1).setCfgCompress(CfgCompress.WHOLE_SCALE)),
                        "guidance.scale"),
                arguments(
                        "a blind denoiser without a guide",
                        guidance(guided().setConditionalDenoiser(false)),
                        "guidance.conditionalDenoiser"),
                arguments(
                        "compression of another method",
                        guidance(guided().setMethod(GuidanceMethod.CLASSIFIER).setCfgCompress(CfgCompress.WHOLE_SCALE)),
                        "guidance.cfgCompress"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void refusesWhatContradictsItself(String name, GenerationRequested.Builder event, String field) {
        var invalid = assertInstanceOf(Decoded.Invalid.class, decoder.decode(event.build()), name);
        assertThat(invalid.refusal().field()).isEqualTo(field);
        assertThat(invalid.refusal().message()).contains(field);
    }

    @Test
    void aWholeScaleOfOneGuidesWhereStepsAreWeighted() {
        assertThat(valid(guidance(guided().setScale(1)
                                .setCfgCompress(CfgCompress.WHOLE_SCALE)
                                .setSchedule(compress())))
                        .guidance())
                .isInstanceOf(Guidance.ClassifierFree.class);
    }

    private GenerationRequest valid(GenerationRequested.Builder event) {
        return assertInstanceOf(Decoded.Valid.class, decoder.decode(event.build()))
                .request();
    }

    private static ScheduleSpec compress() {
        return ScheduleSpec.newBuilder()
                .setKind(ScheduleKind.COMPRESS)
                .setGuided(8)
                .build();
    }

    @Test
    void weighsACompressedScheduleByItsGapsUnlessTold() {
        var event = schedule(
                ScheduleSpec.newBuilder().setKind(ScheduleKind.COMPRESS).setGuided(8));
        var valid = assertInstanceOf(Decoded.Valid.class, decoder.decode(event.build()));
        assertThat(valid.request().guidance())
                .isEqualTo(new Guidance.ClassifierFree(
                        4, new GuidanceSchedule.Compress(8, 1), GuidanceWeighting.of(GuidanceWeighting.Kind.GAP)));
    }

    private static GenerationRequested.Builder plain() {
        return SampleRequests.plain();
    }

    private static GenerationRequested.Builder prompt(@Nullable String label, @Nullable String text, String negative) {
        return plain().setPrompt(new PromptSpec(label, text, negative, false));
    }

    private static GenerationRequested.Builder sampler(SamplerKind kind, int steps, double eta) {
        return plain().setSampler(new SamplerSpec(kind, steps, eta));
    }

    private static GuidanceSpec.Builder guided() {
        return GuidanceSpec.newBuilder()
                .setMethod(GuidanceMethod.CLASSIFIER_FREE)
                .setScale(4);
    }

    private static GenerationRequested.Builder guidance(GuidanceSpec.Builder guidance) {
        return plain().setGuidance(guidance.build());
    }

    private static GenerationRequested.Builder schedule(ScheduleSpec.Builder schedule) {
        return guidance(guided().setSchedule(schedule.build()));
    }

    private static Arguments refusedSchedule(String name, ScheduleKind kind, String field) {
        return arguments(
                name,
                schedule(ScheduleSpec.newBuilder().setKind(kind)),
                FailureCode.SCHEDULE_INVALID,
                "guidance.schedule." + field);
    }
}
