package dev.sluice.engine.sampling;

import dev.sluice.model.BundleManifest;

/**
 * What the images of one request are sampled from, but for their noise.
 *
 * @param plan what all of them do
 * @param manifest how large the networks' inputs and outputs are
 * @param contexts what the networks are told of the prompt
 */
public record SamplingInputs(SamplingPlan plan, BundleManifest manifest, Contexts contexts) {}
