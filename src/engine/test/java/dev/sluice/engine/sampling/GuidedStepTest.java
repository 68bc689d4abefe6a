package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.RequestDraft;
import dev.sluice.engine.SimulatedDevice;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class GuidedStepTest {
    private static final int ELEMENTS = SimulatedDevice.SHAPE.elements();
    private static final int GUIDED_ELEMENTS = 32;
    private static final float[] NO_NOISE = new float[ELEMENTS];
    private static final GuidanceWeighting HOLD = GuidanceWeighting.of(GuidanceWeighting.Kind.HOLD);

    @Test
    void asksForGuidanceAtGuidedStepsOnly() {
        GuidedStep free = step(samplingPlan(free(3, guidedAt(2), HOLD)));
        assertThat(free.roles(1)).containsExactly(Role.CONDITIONAL, Role.UNCONDITIONAL);
        assertThat(free.roles(0)).containsExactly(Role.CONDITIONAL);

        GuidedStep classifier = step(samplingPlan(classifier(3, guidedAt(1), HOLD)));
        assertThat(classifier.roles(1)).containsExactly(Role.CONDITIONAL);
        assertThat(classifier.roles(0)).containsExactly(Role.CONDITIONAL, Role.GUIDE);
    }

    @Test
    void bendsTheGuidedChannelsAndLeavesTheRestConditional() {
        SamplingPlan samplingPlan =
                samplingPlan(free(3, guidedAt(2), GuidanceWeighting.of(GuidanceWeighting.Kind.NONE)));
        GuidedStep step = step(samplingPlan);
        float[] x = image();
        float[] expected = x.clone();

        receive(step, Role.CONDITIONAL, prediction(0.5f));
        receive(step, Role.UNCONDITIONAL, prediction(0.25f));
        step.apply(1, x, NO_NOISE);

        samplingPlan.samplingSchedule().step(1, expected, bent(0.5f, 1.0f), null, 0, NO_NOISE);
        assertThat(x).isEqualTo(expected);
    }

    @Test
    void appliesTheHeldTermAgainAtTheNextStep() {
        SamplingPlan samplingPlan = samplingPlan(free(3, guidedAt(2), HOLD));
        GuidedStep step = step(samplingPlan);
        float[] x = image();
        receive(step, Role.CONDITIONAL, prediction(0.5f));
        receive(step, Role.UNCONDITIONAL, prediction(0.25f));
        step.apply(1, x, NO_NOISE);
        float[] expected = x.clone();

        receive(step, Role.CONDITIONAL, prediction(-0.125f));
        step.apply(0, x, NO_NOISE);

        samplingPlan.samplingSchedule().step(0, expected, bent(-0.125f, 0.375f), null, 0, NO_NOISE);
        assertThat(x).isEqualTo(expected);
    }

    @Test
    void pushesAlongTheHeldGradientAgainAtTheNextStep() {
        SamplingPlan samplingPlan = samplingPlan(classifier(3, guidedAt(2), HOLD));
        GuidedStep step = step(samplingPlan);
        float[] gradient = constant(ELEMENTS, 0.25f);
        float[] x = image();
        receive(step, Role.CONDITIONAL, prediction(0.5f));
        receive(step, Role.GUIDE, gradient);
        step.apply(1, x, NO_NOISE);
        float[] expected = x.clone();

        receive(step, Role.CONDITIONAL, prediction(0.5f));
        step.apply(0, x, NO_NOISE);

        samplingPlan.samplingSchedule().step(0, expected, prediction(0.5f), gradient, 3, NO_NOISE);
        assertThat(x).isEqualTo(expected);
    }

    @Test
    void boundsTheHeldPushAsTheRequestSays() {
        GuidanceWeighting bounded = new GuidanceWeighting(GuidanceWeighting.Kind.HOLD, false, OptionalDouble.of(0.5));
        SamplingPlan samplingPlan = samplingPlan(free(3, guidedAt(2), bounded));
        GuidedStep step = step(samplingPlan);
        float[] x = image();
        receive(step, Role.CONDITIONAL, prediction(0.5f));
        receive(step, Role.UNCONDITIONAL, prediction(0.25f));
        step.apply(1, x, NO_NOISE);
        float[] expected = x.clone();

        receive(step, Role.CONDITIONAL, prediction(0.5f));
        step.apply(0, x, NO_NOISE);

        samplingPlan.samplingSchedule().step(0, expected, bent(0.5f, 0.75f), null, 0, NO_NOISE);
        assertThat(x).isEqualTo(expected);
    }

    @Test
    void holdsNothingBeforeTheFirstGuidedStep() {
        SamplingPlan samplingPlan = samplingPlan(classifier(3, guidedAt(1), HOLD));
        GuidedStep step = step(samplingPlan);
        float[] x = image();
        float[] expected = x.clone();

        receive(step, Role.CONDITIONAL, prediction(0.5f));
        step.apply(1, x, NO_NOISE);

        samplingPlan.samplingSchedule().step(1, expected, prediction(0.5f), null, 0, NO_NOISE);
        assertThat(x).isEqualTo(expected);
    }

    @Test
    void refusesARowThatItsGuidanceNeverAsksFor() {
        GuidedStep unguided = step(samplingPlan(new Guidance.None()));

        assertThatThrownBy(() -> receive(unguided, Role.GUIDE, constant(ELEMENTS, 0)))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Guidance free(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
        return new Guidance.ClassifierFree(scale, schedule, weighting);
    }

    private static Guidance classifier(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
        return new Guidance.Classifier(scale, schedule, weighting, Guidance.DenoiserCondition.CONDITIONAL);
    }

    private static GuidanceSchedule guidedAt(int timestep) {
        return new GuidanceSchedule.Explicit(List.of(timestep));
    }

    private static SamplingPlan samplingPlan(Guidance guidance) {
        return new SamplingPlans(new SimulatedDevice(new SimulatedClock()).bundle("shapes", true))
                .samplingPlan(RequestDraft.of("shapes", "square")
                        .withSampler(SamplerSettings.ddpm(2))
                        .withGuidance(guidance)
                        .request("r"));
    }

    private static GuidedStep step(SamplingPlan samplingPlan) {
        return new GuidedStep(samplingPlan, SimulatedDevice.manifest("shapes"));
    }

    private static void receive(GuidedStep step, Role role, float[] result) {
        step.receive(role, FloatBuffer.wrap(result), 0);
    }

    private static float[] image() {
        return constant(ELEMENTS, 0.1f);
    }

    /** A prediction with the same eps everywhere and variance fraction 0. */
    private static float[] prediction(float eps) {
        float[] prediction = new float[2 * ELEMENTS];
        Arrays.fill(prediction, 0, ELEMENTS, eps);
        return prediction;
    }

    /** {@code eps} with the guided channels bent. */
    private static float[] bent(float eps, float guidedEps) {
        float[] prediction = prediction(eps);
        Arrays.fill(prediction, 0, GUIDED_ELEMENTS, guidedEps);
        return prediction;
    }

    private static float[] constant(int elements, float value) {
        float[] array = new float[elements];
        Arrays.fill(array, value);
        return array;
    }
}
