package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import org.junit.jupiter.api.Test;

class RecipesTest {
    private static final RequestDraft DRAFT = RequestDraft.of("shapes", "square");

    private final Recipes guided = recipes(SimulatedDevice.Kind.GUIDED);
    private final Recipes unguided = recipes(SimulatedDevice.Kind.PLAIN);

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
                recipes(SimulatedDevice.Kind.LATENT),
                DRAFT,
                FailureCode.PROMPT_UNSUPPORTED,
                "prompt.label",
                "takes text");
    }

    @Test
    void refusesClassifierGuidanceOfTextsWithoutAGuide() {
        refuses(
                recipes(SimulatedDevice.Kind.LATENT),
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
        Recipes strict = recipes(SimulatedDevice.Kind.NEVER_UNCONDITIONAL);

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
        Recipe recipe = recipes(SimulatedDevice.Kind.NEVER_UNCONDITIONAL)
                .recipe(DRAFT.classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE)
                        .request("r"));

        assertThat(recipe.planned().guide()).isEqualTo(6);
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

        assertThat(guided.recipe(never.request("r")).walk().plan().guidedCount())
                .isZero();
        assertThatThrownBy(() -> guided.admitted(never.request("r")))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("guidance.schedule guides none of the 6 steps");
    }

    @Test
    void takesAsManyStepsAsTheBundleWasTrainedWith() {
        Recipe recipe = guided.recipe(DRAFT.withSampler(SamplerSettings.ddpm(SimulatedDevice.TRAIN_STEPS))
                .request("r"));

        assertThat(recipe.walk().plan().steps()).isEqualTo(SimulatedDevice.TRAIN_STEPS);
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
        return guided.recipe(draft.request("r")).planned();
    }

    @Test
    void hidesTheClassFromTheDenoiserWhereTheRequestSaysSo() {
        Guidance blind = new Guidance.Classifier(
                2,
                new GuidanceSchedule.Full(),
                GuidanceWeighting.of(GuidanceWeighting.Kind.NONE),
                Guidance.DenoiserCondition.UNCONDITIONAL);

        Recipe recipe = guided.recipe(DRAFT.withGuidance(blind).request("r"));

        assertThat(recipe.told(Row.Role.CONDITIONAL)).isEqualTo(new Told.OfClass(SimulatedDevice.NULL_CLASS));
        assertThat(recipe.told(Row.Role.GUIDE)).isEqualTo(new Told.OfClass(1));
    }

    @Test
    void plansWhatTheCompressedScheduleCosts() {
        Recipe recipe =
                guided.recipe(DRAFT.classifier(2, new GuidanceSchedule.Compress(3, 1), GuidanceWeighting.Kind.GAP)
                        .request("r"));

        assertThat(recipe.planned()).isEqualTo(new Evaluations(6, 0, 3, 3));
    }

    private static Recipes recipes(SimulatedDevice.Kind kind) {
        return new Recipes(new SimulatedDevice(new SimulatedClock()).bundle("shapes", kind));
    }

    private static void refuses(Recipes recipes, RequestDraft draft, FailureCode code, String field, String saying) {
        assertThatThrownBy(() -> recipes.recipe(draft.request("r")))
                .hasMessageContaining(saying)
                .isInstanceOfSatisfying(InvalidFieldException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.field()).isEqualTo(field);
                });
    }
}
