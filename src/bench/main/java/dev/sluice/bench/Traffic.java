package dev.sluice.bench;

import dev.sluice.model.BundleManifest;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Requests as a site with many users sends them: everything that a request may choose is drawn at random from a seed, so
 * that the same seed gives the same traffic on every machine.
 */
final class Traffic {
    private static final int TENANTS = 5;
    private static final int MAX_IMAGES = 4;

    private final Random random;
    private final BundleManifest manifest;
    private final boolean classifier;
    private final StepRange steps;
    private int sent;

    /** Sampling steps lie in this range, their logarithm evenly. */
    record StepRange(int fewest, int most) {}

    /**
     * Traffic from its beginning.
     *
     * @param classifier whether a third of the requests ask for classifier guidance
     */
    Traffic(BundleManifest manifest, boolean classifier, StepRange steps, long seed) {
        this.manifest = manifest;
        this.classifier = classifier;
        this.steps = steps;
        random = new Random(seed);
    }

    List<GenerationRequest> next(int requests) {
        return Stream.generate(this::next).limit(requests).toList();
    }

    GenerationRequest next() {
        return of(guidance(), 1 + random.nextInt(MAX_IMAGES), sampler());
    }

    /** The next request of a run that asks for just this. */
    GenerationRequest of(Guidance guidance, int images, SamplerSettings sampler) {
        List<String> classes = manifest.classCondition().classes();
        return new GenerationRequest(
                new RequestId("bench-" + sent++),
                new TenantId("tenant-" + random.nextInt(TENANTS)),
                manifest.name(),
                new Prompt.Label(classes.get(random.nextInt(classes.size()))),
                images,
                0,
                random.nextInt(Integer.MAX_VALUE),
                sampler,
                guidance,
                random.nextInt(4) == 0 ? Priority.INTERACTIVE : Priority.BATCH,
                Optional.empty(),
                Map.of());
    }

    private SamplerSettings sampler() {
        double share = random.nextDouble();
        int count = (int) Math.round(steps.fewest() * Math.pow((double) steps.most() / steps.fewest(), share));
        return switch (random.nextInt(3)) {
            case 0 -> SamplerSettings.ddim(count, 0);
            case 1 -> SamplerSettings.ddim(count, random.nextDouble());
            default -> SamplerSettings.ddpm(count);
        };
    }

    private Guidance guidance() {
        return switch (random.nextInt(classifier ? 3 : 2)) {
            case 0 -> new Guidance.None();
            case 1 -> {
                GuidanceSchedule schedule = schedule();
                double scale = 1.5 + 6 * random.nextDouble();
                yield new Guidance.ClassifierFree(scale, schedule, GuidanceWeighting.defaultFor(schedule));
            }
            default -> {
                GuidanceSchedule schedule = schedule();
                double scale = 0.5 + 4 * random.nextDouble();
                yield new Guidance.Classifier(
                        scale,
                        schedule,
                        GuidanceWeighting.defaultFor(schedule),
                        random.nextBoolean() ? DenoiserCondition.CONDITIONAL : DenoiserCondition.UNCONDITIONAL);
            }
        };
    }

    private GuidanceSchedule schedule() {
        int guided = Math.max(1, (int) (steps.fewest() * (0.2 + 0.8 * random.nextDouble())));
        return switch (random.nextInt(6)) {
            case 0 -> new GuidanceSchedule.Full();
            case 1, 2 -> new GuidanceSchedule.Compress(guided, 1 + random.nextInt(6));
            case 3 -> new GuidanceSchedule.EarlyStop(guided);
            case 4 -> new GuidanceSchedule.EveryNth(2 + random.nextInt(4));
            default -> new GuidanceSchedule.Interval(0.2, 1 + 4 * random.nextDouble());
        };
    }
}
