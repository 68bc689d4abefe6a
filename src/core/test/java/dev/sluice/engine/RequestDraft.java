package dev.sluice.engine;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A request under construction: one image of a labelled class in six DDPM steps, where a test asks for nothing else.
 * Immutable, so drafts can be shared.
 */
public record RequestDraft(
        String tenant,
        String model,
        Prompt prompt,
        int images,
        int firstImage,
        long seed,
        SamplerSettings sampler,
        Guidance guidance,
        Priority priority,
        Optional<Instant> deadline) {
    public static RequestDraft of(String model, String label) {
        return new RequestDraft(
                "tenant",
                model,
                new Prompt.Label(label),
                1,
                0,
                7,
                SamplerSettings.ddpm(6),
                new Guidance.None(),
                Priority.BATCH,
                Optional.empty());
    }

    RequestDraft withTenant(String newTenant) {
        return new RequestDraft(
                newTenant, model, prompt, images, firstImage, seed, sampler, guidance, priority, deadline);
    }

    RequestDraft withModel(String newModel) {
        return new RequestDraft(
                tenant, newModel, prompt, images, firstImage, seed, sampler, guidance, priority, deadline);
    }

    public RequestDraft withPrompt(Prompt newPrompt) {
        return new RequestDraft(
                tenant, model, newPrompt, images, firstImage, seed, sampler, guidance, priority, deadline);
    }

    RequestDraft withImages(int newImages) {
        return new RequestDraft(
                tenant, model, prompt, newImages, firstImage, seed, sampler, guidance, priority, deadline);
    }

    RequestDraft withFirstImage(int newFirstImage) {
        return new RequestDraft(
                tenant, model, prompt, images, newFirstImage, seed, sampler, guidance, priority, deadline);
    }

    RequestDraft withSeed(long newSeed) {
        return new RequestDraft(
                tenant, model, prompt, images, firstImage, newSeed, sampler, guidance, priority, deadline);
    }

    public RequestDraft withSampler(SamplerSettings newSampler) {
        return new RequestDraft(
                tenant, model, prompt, images, firstImage, seed, newSampler, guidance, priority, deadline);
    }

    public RequestDraft withGuidance(Guidance newGuidance) {
        return new RequestDraft(
                tenant, model, prompt, images, firstImage, seed, sampler, newGuidance, priority, deadline);
    }

    RequestDraft withPriority(Priority newPriority) {
        return new RequestDraft(
                tenant, model, prompt, images, firstImage, seed, sampler, guidance, newPriority, deadline);
    }

    RequestDraft withDeadline(Instant newDeadline) {
        return new RequestDraft(
                tenant, model, prompt, images, firstImage, seed, sampler, guidance, priority, Optional.of(newDeadline));
    }

    public RequestDraft classifierFree(double scale, GuidanceSchedule schedule, GuidanceWeighting.Kind kind) {
        return withGuidance(new Guidance.ClassifierFree(scale, schedule, GuidanceWeighting.of(kind)));
    }

    public RequestDraft classifier(double scale, GuidanceSchedule schedule, GuidanceWeighting.Kind kind) {
        return withGuidance(new Guidance.Classifier(
                scale, schedule, GuidanceWeighting.of(kind), Guidance.DenoiserCondition.CONDITIONAL));
    }

    public GenerationRequest request(String id) {
        return new GenerationRequest(
                new RequestId(id),
                new TenantId(tenant),
                model,
                prompt,
                images,
                firstImage,
                seed,
                sampler,
                guidance,
                priority,
                deadline,
                Map.of());
    }
}
