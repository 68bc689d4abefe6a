package dev.sluice.diffusion;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.List;

/** Whole walks of one image over a model in closed form, with a process of Stable Diffusion's kind. */
record SamplingScheduleRun(ClosedFormModel model, SamplerSettings.Kind kind, int steps) {
    static final TrainedProcess STABLE_DIFFUSION =
            new TrainedProcess(BetaSchedule.SCALED_LINEAR, 1000, Spacing.LEADING, 1, FinalAlphaBar.FIRST);
    private static final DiffusionTables UNRESPACED = DiffusionTables.evenly(BetaSchedule.SCALED_LINEAR, 1000, 1000);

    static Guidance.ClassifierFree full(double scale) {
        return guidance(scale, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE);
    }

    static Guidance.ClassifierFree compressed(double scale, int guided, double exponent) {
        return guidance(scale, new GuidanceSchedule.Compress(guided, exponent), GuidanceWeighting.Kind.GAP);
    }

    static Guidance.ClassifierFree guidance(double scale, GuidanceSchedule schedule, GuidanceWeighting.Kind weighting) {
        return new Guidance.ClassifierFree(scale, schedule, GuidanceWeighting.of(weighting));
    }

    DiffusionTables tables() {
        return STABLE_DIFFUSION.tables(kind, steps);
    }

    SamplingSchedule samplingSchedule(Guidance guidance) {
        return SamplingSchedule.of(
                SamplerSettings.deterministic(kind, steps), guidance, tables(), VarianceKind.FIXED_SMALL, false);
    }

    static double alphaBarAt(int timestep) {
        return UNRESPACED.alphaBar(timestep);
    }

    /** x after every evaluation, as an engine moves it. */
    List<float[]> states(float[] initial, Guidance.ClassifierFree guidance) {
        SamplingSchedule samplingSchedule = samplingSchedule(guidance);
        float[] x = initial.clone();
        float[] term = new float[x.length];
        SolverMemory memory = samplingSchedule.newMemory(x.length, x.length);
        List<float[]> states = new ArrayList<>();
        for (int evaluation = samplingSchedule.length() - 1; evaluation >= 0; evaluation--) {
            double alphaBar = alphaBarAt(samplingSchedule.timestep(evaluation));
            float[] prediction = model.eps(x, alphaBar, true);
            if (samplingSchedule.isGuided(evaluation)) {
                ClassifierFree.term(prediction, model.eps(x, alphaBar, false), term, x.length);
            }
            samplingSchedule.extrapolateTerm(evaluation, term, memory);
            samplingSchedule.extrapolate(evaluation, x, prediction, memory);
            double omega = samplingSchedule.weight(evaluation);
            ClassifierFree.apply(prediction, term, omega == 0 ? 0 : ClassifierFree.push(guidance, omega), x.length);
            samplingSchedule.step(evaluation, x, prediction, null, 0, x);
            states.add(x.clone());
        }
        return states;
    }

    /** States with a history of combined predictions: pushed at guided steps, plain at others. */
    List<float[]> statesWithMixedHistory(float[] initial, Guidance.ClassifierFree guidance) {
        SamplingSchedule guided = samplingSchedule(guidance);
        SamplingSchedule unguided = samplingSchedule(new Guidance.None());
        float[] x = initial.clone();
        SolverMemory memory = unguided.newMemory(x.length, 0);
        List<float[]> states = new ArrayList<>();
        for (int evaluation = guided.length() - 1; evaluation >= 0; evaluation--) {
            double alphaBar = alphaBarAt(guided.timestep(evaluation));
            float[] prediction = model.eps(x, alphaBar, true);
            if (guided.isGuided(evaluation)) {
                float[] term = new float[x.length];
                ClassifierFree.term(prediction, model.eps(x, alphaBar, false), term, x.length);
                double push = ClassifierFree.push(guidance, guided.weight(evaluation));
                ClassifierFree.apply(prediction, term, push, x.length);
            }
            unguided.extrapolate(evaluation, x, prediction, memory);
            unguided.step(evaluation, x, prediction, null, 0, x);
            states.add(x.clone());
        }
        return states;
    }
}
