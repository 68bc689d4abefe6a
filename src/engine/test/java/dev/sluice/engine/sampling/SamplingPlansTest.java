package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.RequestDraft;
import dev.sluice.engine.SimulatedDevice;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import org.junit.jupiter.api.Test;

class SamplingPlansTest {
    private static final RequestDraft DRAFT = RequestDraft.of("shapes", "square");

    private final SamplingPlans guided = samplingPlans(SimulatedDevice.Kind.GUIDED);
    private final SamplingPlans unguided = samplingPlans(SimulatedDevice.Kind.PLAIN);

    @Test
    void refusesALabelThatTheBundleDoesNotHaveAndNamesThoseItHas() {
        refuses(
                guided,
                DRAFT.withPrompt(new Prompt.Label("hexagon")),
                FailureCode.LABEL_UNKNOWN,
                "prompt.label",
                "circle, square, star");
    }

    @Test
    void refusesTextForABundleOfClasses() {
        refuses(
                guided,
                DRAFT.withPrompt(new Prompt.Text("a square", "")),
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt.text",
                "class label");
    }

    @Test
    void refusesALabelForABundleOfTexts() {
        refuses(
                samplingPlans(SimulatedDevice.Kind.LATENT),
                DRAFT,
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt.label",
                "takes text");
    }

    @Test
    void refusesClassifierGuidanceOfTextsWithoutAGuide() {
        refuses(
                samplingPlans(SimulatedDevice.Kind.LATENT),
                DRAFT.withPrompt(new Prompt.Text("a square", ""))
                        .classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE),
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "no guiding classifier");
    }

    @Test
    void refusesMoreStepsThanTheBundleWasTrainedWith() {
        refuses(
                guided,
                DRAFT.withSampler(SamplerSettings.ddpm(SimulatedDevice.TRAIN_STEPS + 1)),
                FailureCode.STEPS_OUT_OF_RANGE,
                "sampler.steps",
                "trained with " + SimulatedDevice.TRAIN_STEPS);
    }

    @Test
    void refusesClassifierGuidanceWithoutAGuide() {
        refuses(
                unguided,
                DRAFT.classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE),
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "no guiding classifier");
    }

    @Test
    void refusesGuidanceTowardsNothing() {
        refuses(
                guided,
                DRAFT.withPrompt(new Prompt.Unconditional())
                        .classifierFree(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE),
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "prompt");
    }

    @Test
    void refusesWhatAsksADenoiserWithoutAClassThatNeverLearnedTo() {
        SamplingPlans strict = samplingPlans(SimulatedDevice.Kind.NEVER_UNCONDITIONAL);

        refuses(
                strict,
                DRAFT.classifierFree(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE),
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "not trained for classifier-free guidance");
        refuses(
                strict,
                DRAFT.withGuidance(new Guidance.Classifier(
                        2,
                        new GuidanceSchedule.Full(),
                        GuidanceWeighting.of(GuidanceWeighting.Kind.NONE),
                        Guidance.DenoiserCondition.UNCONDITIONAL)),
                FailureCode.GUIDANCE_UNSUPPORTED,
                "guidance.method",
                "must be told it");
        refuses(
                strict,
                DRAFT.withPrompt(new Prompt.Unconditional()),
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt",
                "not trained without a class");
    }

    @Test
    void guidesADenoiserThatIsToldItsClassEvenSo() {
        SamplingPlan samplingPlan = samplingPlans(SimulatedDevice.Kind.NEVER_UNCONDITIONAL)
                .samplingPlan(DRAFT.classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE)
                        .request("r"));

        assertThat(samplingPlan.planned().guide()).isEqualTo(6);
    }

    @Test
    void refusesAScheduleThatDoesNotFitTheSteps() {
        refuses(
                guided,
                DRAFT.classifierFree(2, new GuidanceSchedule.EarlyStop(7), GuidanceWeighting.Kind.NONE),
                FailureCode.SCHEDULE_INVALID,
                "guidance.schedule.guided",
                "7");
    }

    /** The engine could make the images, but unguided, which nobody asked for. */
    @Test
    void takesNoRequestOnWhoseScheduleGuidesNothing() {
        RequestDraft never = DRAFT.classifierFree(2, new GuidanceSchedule.EveryNth(7), GuidanceWeighting.Kind.NONE);

        assertThat(guided.samplingPlan(never.request("r"))
                        .samplingSchedule()
                        .plan()
                        .guidedCount())
                .isZero();
        assertThatThrownBy(() -> guided.admitted(never.request("r")))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("guidance.schedule guides none of the 6 steps");
    }

    @Test
    void takesAsManyStepsAsTheBundleWasTrainedWith() {
        SamplingPlan samplingPlan =
                guided.samplingPlan(DRAFT.withSampler(SamplerSettings.ddpm(SimulatedDevice.TRAIN_STEPS))
                        .request("r"));

        assertThat(samplingPlan.samplingSchedule().plan().steps()).isEqualTo(SimulatedDevice.TRAIN_STEPS);
    }

    @Test
    void plansTheSecondEvaluationOfPndmsFirstStep() {
        RequestDraft pndm = DRAFT.withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 6));

        assertThat(planned(pndm.classifierFree(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE)))
                .isEqualTo(new Evaluations(7, 7, 0, 0));
        assertThat(planned(pndm.classifierFree(2, new GuidanceSchedule.Compress(3, 1), GuidanceWeighting.Kind.GAP)))
                .isEqualTo(new Evaluations(7, 3, 0, 4));
        assertThat(planned(pndm.classifier(2, new GuidanceSchedule.EarlyStop(2), GuidanceWeighting.Kind.NONE)))
                .isEqualTo(new Evaluations(7, 0, 3, 4));
    }

    private Evaluations planned(RequestDraft draft) {
        return guided.samplingPlan(draft.request("r")).planned();
    }

    @Test
    void hidesTheClassFromTheDenoiserWhereTheRequestSaysSo() {
        Guidance blind = new Guidance.Classifier(
                2,
                new GuidanceSchedule.Full(),
                GuidanceWeighting.of(GuidanceWeighting.Kind.NONE),
                Guidance.DenoiserCondition.UNCONDITIONAL);

        SamplingPlan samplingPlan =
                guided.samplingPlan(DRAFT.withGuidance(blind).request("r"));

        assertThat(samplingPlan.conditioning(Role.CONDITIONAL))
                .isEqualTo(new Conditioning.OfClass(SimulatedDevice.NULL_CLASS));
        assertThat(samplingPlan.conditioning(Role.GUIDE)).isEqualTo(new Conditioning.OfClass(1));
    }

    @Test
    void plansWhatTheCompressedScheduleCosts() {
        SamplingPlan samplingPlan =
                guided.samplingPlan(DRAFT.classifier(2, new GuidanceSchedule.Compress(3, 1), GuidanceWeighting.Kind.GAP)
                        .request("r"));

        assertThat(samplingPlan.planned()).isEqualTo(new Evaluations(6, 0, 3, 3));
    }

    private static SamplingPlans samplingPlans(SimulatedDevice.Kind kind) {
        return new SamplingPlans(new SimulatedDevice(new SimulatedClock()).bundle("shapes", kind));
    }

    private static void refuses(
            SamplingPlans samplingPlans, RequestDraft draft, FailureCode code, String field, String saying) {
        assertThatThrownBy(() -> samplingPlans.samplingPlan(draft.request("r")))
                .hasMessageContaining(saying)
                .isInstanceOfSatisfying(InvalidFieldException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.field()).isEqualTo(field);
                });
    }
}
