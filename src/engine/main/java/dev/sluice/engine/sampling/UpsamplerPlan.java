package dev.sluice.engine.sampling;

import dev.sluice.diffusion.DdimSampler;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.Sampler;
import dev.sluice.model.BundleManifest;

/**
 * What a bundle's second stage does for every image alike: DDIM without noise over the manifest's timesteps.
 *
 * @param elements floats of the larger sample
 * @param predictionElements floats of one row of the upsampler's output
 */
record UpsamplerPlan(DiffusionTables tables, Sampler sampler, int elements, int predictionElements, double noiseScale) {
    static UpsamplerPlan of(BundleManifest.Upsampler upsampler) {
        BundleManifest.Diffusion diffusion = upsampler.diffusion();
        DiffusionTables tables = DiffusionTables.of(
                diffusion.betaSchedule(),
                diffusion.trainSteps(),
                upsampler.timesteps().stream().mapToInt(Integer::intValue).toArray(),
                diffusion.finalAlphaBar());
        return new UpsamplerPlan(
                tables,
                new DdimSampler(tables, 0, diffusion.clipDenoised()),
                upsampler.sample().elements(),
                upsampler.predictionElements(),
                upsampler.noiseScale());
    }

    int steps() {
        return tables.steps();
    }
}
