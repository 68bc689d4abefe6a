package dev.sluice.engine.sampling;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.DdimSampler;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.LowResolution;
import dev.sluice.diffusion.NoiseStream;
import dev.sluice.diffusion.Sampler;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.SolverMemory;
import dev.sluice.engine.SimulatedDevice;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a request's images must be: the sampling loop written down plainly, one image at a time, on the simulated
 * networks. No rows, no calls, no engine.
 */
public final class LoneSampler {
    private LoneSampler() {}

    public static List<float[]> samples(GenerationRequest request, SamplingPlan samplingPlan) {
        List<float[]> samples = new ArrayList<>();
        for (int image = 0; image < request.images(); image++) {
            NoiseStream noise = new NoiseStream(request.seed(), image);
            float[] x = denoised(samplingPlan, noise);
            if (samplingPlan.upsampler().isPresent()) {
                x = upsampled(samplingPlan, noise, x);
            }
            samples.add(samplingPlan.decodes() ? SimulatedDevice.picture(x) : x);
        }
        return samples;
    }

    private static float[] conditioning(Conditioning conditioning) {
        return switch (conditioning) {
            case Conditioning.OfClass(int index) -> new float[] {index};
            case Conditioning.OfText(Network encoder, List<Long> tokens) ->
                SimulatedDevice.context(
                        encoder, tokens.stream().mapToLong(Long::longValue).toArray());
        };
    }

    private static float[] denoised(SamplingPlan samplingPlan, NoiseStream noiseStream) {
        SamplingSchedule samplingSchedule = samplingPlan.samplingSchedule();
        int elements = SimulatedDevice.SHAPE.elements();
        int guidedElements = SimulatedDevice.GUIDED_CHANNELS * elements / SimulatedDevice.SHAPE.channels();
        float[] x = new float[elements];
        float[] noise = new float[elements];
        float[] term = new float[guidedElements];
        float[] gradient = new float[elements];
        SolverMemory memory = samplingSchedule.newMemory(
                elements, samplingPlan.guidance() instanceof Guidance.ClassifierFree ? guidedElements : elements);
        noiseStream.fillInitial(x);
        for (int evaluation = samplingSchedule.length() - 1; evaluation >= 0; evaluation--) {
            int t = samplingSchedule.timestep(evaluation);
            float[] prediction = SimulatedDevice.prediction(x, t, conditioning(samplingPlan.conditional()));
            double omega = samplingSchedule.weight(evaluation);
            double strength = 0;
            switch (samplingPlan.guidance()) {
                case Guidance.None none -> samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                case Guidance.ClassifierFree free -> {
                    if (samplingSchedule.isGuided(evaluation)) {
                        float[] unconditional =
                                SimulatedDevice.prediction(x, t, conditioning(samplingPlan.unconditional()));
                        ClassifierFree.term(prediction, unconditional, term, guidedElements);
                    }
                    samplingSchedule.extrapolateTerm(evaluation, term, memory);
                    samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                    if (omega != 0) {
                        ClassifierFree.apply(prediction, term, ClassifierFree.push(free, omega), guidedElements);
                    }
                }
                case Guidance.Classifier classifier -> {
                    if (samplingSchedule.isGuided(evaluation)) {
                        gradient = SimulatedDevice.gradient(x, t, conditioning(samplingPlan.target()));
                    }
                    samplingSchedule.extrapolateTerm(evaluation, gradient, memory);
                    samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                    strength = omega * classifier.scale();
                }
            }
            Arrays.fill(noise, 0);
            if (samplingSchedule.needsNoise(evaluation)) {
                noiseStream.fillStep(evaluation, noise);
            }
            samplingSchedule.step(evaluation, x, prediction, strength == 0 ? null : gradient, strength, noise);
        }
        return x;
    }

    private static float[] upsampled(SamplingPlan samplingPlan, NoiseStream noiseStream, float[] sample) {
        float[] low = LowResolution.of(sample);
        float[] x = new float[SimulatedDevice.LARGER.elements()];
        noiseStream.fillInitialOfUpsampler(x);
        for (int e = 0; e < x.length; e++) {
            x[e] *= (float) SimulatedDevice.NOISE_SCALE;
        }
        int[] timesteps = SimulatedDevice.UPSAMPLER_TIMESTEPS.stream()
                .mapToInt(Integer::intValue)
                .toArray();
        DiffusionTables tables =
                DiffusionTables.of(BetaSchedule.COSINE, SimulatedDevice.TRAIN_STEPS, timesteps, FinalAlphaBar.ONE);
        Sampler sampler = new DdimSampler(tables, 0, true);
        for (int index = timesteps.length - 1; index >= 0; index--) {
            float[] prediction = SimulatedDevice.upsamplerPrediction(
                    x, timesteps[index], low, conditioning(samplingPlan.conditional()));
            sampler.step(index, x, prediction, null, 0, new float[0]);
        }
        return x;
    }
}
