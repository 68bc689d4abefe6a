package dev.sluice.codec;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.request.BundleDefaults;

/**
 * Fills in what a request leaves to its bundle: {@code sampler.kind} BUNDLE, {@code sampler.steps} 0, and
 * {@code guidance.scale} 0 of a method that guides. The scale depends on the method.
 */
final class Opinions {
    private Opinions() {}

    /** The request with everything filled in that it left open. The same object if it left nothing open. */
    static GenerationRequested filled(GenerationRequested request, BundleDefaults bundle) {
        SamplerSpec sampler = filled(request.getSampler(), bundle);
        GuidanceSpec guidance = filled(request.getGuidance(), bundle);
        return sampler.equals(request.getSampler()) && guidance.equals(request.getGuidance())
                ? request
                : GenerationRequested.newBuilder(request)
                        .setSampler(sampler)
                        .setGuidance(guidance)
                        .build();
    }

    private static SamplerSpec filled(SamplerSpec spec, BundleDefaults bundle) {
        SamplerKind kind =
                spec.getKind() == SamplerKind.BUNDLE ? RequestEncoder.kind(bundle.sampler()) : spec.getKind();
        return new SamplerSpec(kind, spec.getSteps() == 0 ? bundle.steps() : spec.getSteps(), spec.getEta());
    }

    private static GuidanceSpec filled(GuidanceSpec spec, BundleDefaults bundle) {
        if (spec.getScale() != 0) {
            return spec;
        }
        return switch (spec.getMethod()) {
            case CLASSIFIER -> scaled(spec, bundle.classifierScale());
            case CLASSIFIER_FREE -> scaled(spec, bundle.classifierFreeScale());
            case NONE, UNKNOWN -> spec;
        };
    }

    private static GuidanceSpec scaled(GuidanceSpec spec, double scale) {
        return GuidanceSpec.newBuilder(spec).setScale(scale).build();
    }
}
