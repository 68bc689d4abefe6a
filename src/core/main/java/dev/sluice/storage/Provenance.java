package dev.sluice.storage;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.PlanSummary;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.SamplerSettings;
import java.util.Optional;

/**
 * How an image was made: with the bundle, enough to make it again where the prompt is a class. Free text stays out, for a
 * picture travels further than its prompt should.
 *
 * @param requestDigest as in the object's key
 * @param image number of the image, from 0; with the seed it keys the noise
 * @param seed the request's
 * @param label the class asked for; empty for text and for unconditional images
 * @param plan as run
 */
public record Provenance(
        String requestDigest,
        int image,
        long seed,
        Optional<String> label,
        BundleIdentity bundle,
        SamplerSettings sampler,
        Guidance guidance,
        PlanSummary plan) {
    /**
     * How one of the request's images was made.
     *
     * @param contentHash of the request as it was published
     */
    public static Provenance of(
            GenerationRequest request, String contentHash, int image, BundleIdentity bundle, PlanSummary plan) {
        Optional<String> label = switch (request.prompt()) {
            case Prompt.Label(String name) -> Optional.of(name);
            case Prompt.Text text -> Optional.empty();
            case Prompt.Unconditional none -> Optional.empty();
        };
        return new Provenance(
                ObjectKeys.requestDigest(RequestIdentity.of(request, contentHash), bundle),
                image,
                request.seed(),
                label,
                bundle,
                request.sampler(),
                request.guidance(),
                plan);
    }
}
