package dev.sluice.engine;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Mixed traffic: every kind of prompt, guidance, schedule, weighting and sampler that the simulated bundles serve. */
final class RandomRequests {
    private final Random random;
    private final String guidedModel;
    private final String unguidedModel;
    private final List<String> textModels;

    /**
     * Traffic for two bundles of classes.
     *
     * @param guidedModel has a guide
     * @param unguidedModel has none
     */
    RandomRequests(Random random, String guidedModel, String unguidedModel) {
        this(random, guidedModel, unguidedModel, List.of());
    }

    /**
     * Traffic for bundles of classes and of texts.
     *
     * @param textModels the first has no guide, all others have one
     */
    RandomRequests(Random random, String guidedModel, String unguidedModel, List<String> textModels) {
        this.random = random;
        this.guidedModel = guidedModel;
        this.unguidedModel = unguidedModel;
        this.textModels = textModels;
    }

    /** So much traffic without deadlines for one bundle, a guided one. */
    static List<RequestDraft> forOne(String model, SimulatedDevice.Kind kind, Random random, int requests) {
        RandomRequests all = new RandomRequests(random, model, model);
        return Stream.generate(() -> all.next(Instant.EPOCH))
                .filter(draft -> draft.deadline().isEmpty())
                .map(draft -> kind.has(Network.TEXT_ENCODER) ? all.inWords(draft) : draft)
                .limit(requests)
                .toList();
    }

    private RequestDraft inWords(RequestDraft draft) {
        return draft.prompt() instanceof Prompt.Label(String name)
                ? draft.withPrompt(new Prompt.Text(name, random.nextBoolean() ? "" : words()))
                : draft;
    }

    RequestDraft next(Instant now) {
        boolean guided = random.nextInt(3) > 0;
        int steps = 1 + (random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(10));
        String label = SimulatedDevice.CLASSES.get(random.nextInt(SimulatedDevice.CLASSES.size()));
        String model = guided ? guidedModel : unguidedModel;
        boolean text = !textModels.isEmpty() && random.nextInt(3) > 0;
        if (text) {
            int which = random.nextInt(textModels.size());
            guided = which > 0;
            model = textModels.get(which);
        }
        RequestDraft draft = RequestDraft.of(model, label)
                .withTenant("tenant-" + random.nextInt(4))
                .withImages(1 + random.nextInt(4))
                .withSeed(random.nextLong())
                .withSampler(sampler(steps))
                .withPriority(random.nextInt(4) == 0 ? Priority.INTERACTIVE : Priority.BATCH)
                .withGuidance(guidance(steps, guided));
        if (text) {
            draft = draft.withPrompt(new Prompt.Text(words(), random.nextBoolean() ? "" : words()));
        }
        if (draft.guidance() instanceof Guidance.None && random.nextInt(3) == 0) {
            draft = draft.withPrompt(new Prompt.Unconditional());
        }
        return random.nextInt(5) == 0 ? draft.withDeadline(now.plusMillis(random.nextInt(200))) : draft;
    }

    /** Few enough different ones that they come again. */
    private String words() {
        return "a " + "abcdefghij".charAt(random.nextInt(10)) + " circle";
    }

    private SamplerSettings sampler(int steps) {
        return switch (random.nextInt(6)) {
            case 0 -> SamplerSettings.ddim(steps, 0);
            case 2 -> SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, steps);
            case 3 -> SamplerSettings.deterministic(SamplerSettings.Kind.DPMPP_2M, steps);
            case 4 -> SamplerSettings.deterministic(SamplerSettings.Kind.EULER, steps);
            case 1 -> SamplerSettings.ddim(steps, random.nextDouble());
            default -> SamplerSettings.ddpm(steps);
        };
    }

    private Guidance guidance(int steps, boolean guided) {
        return switch (random.nextInt(guided ? 4 : 2)) {
            case 0 -> new Guidance.None();
            case 1 -> new Guidance.ClassifierFree(random.nextInt(6), schedule(steps), weighting(), cfgCompress());
            default ->
                new Guidance.Classifier(
                        random.nextInt(6),
                        schedule(steps),
                        weighting(),
                        random.nextBoolean()
                                ? Guidance.DenoiserCondition.CONDITIONAL
                                : Guidance.DenoiserCondition.UNCONDITIONAL);
        };
    }

    private Guidance.CfgCompress cfgCompress() {
        return random.nextInt(3) == 0 ? Guidance.CfgCompress.WHOLE_SCALE : Guidance.CfgCompress.GUIDANCE_TERM;
    }

    private GuidanceSchedule schedule(int steps) {
        int count = 1 + random.nextInt(steps);
        return switch (random.nextInt(7)) {
            case 0 -> new GuidanceSchedule.Full();
            case 1 -> new GuidanceSchedule.Compress(count, random.nextInt(9) / 2.0);
            case 2 -> new GuidanceSchedule.EarlyStop(count);
            case 3 -> new GuidanceSchedule.Uniform(count);
            case 4 -> new GuidanceSchedule.EveryNth(1 + random.nextInt(5));
            case 5 -> new GuidanceSchedule.Interval(random.nextDouble(), 1 + 10 * random.nextDouble());
            default -> new GuidanceSchedule.Explicit(timesteps(steps, count));
        };
    }

    private List<Integer> timesteps(int steps, int count) {
        return IntStream.rangeClosed(1, steps)
                .filter(t -> random.nextInt(steps) < count)
                .boxed()
                .toList();
    }

    private GuidanceWeighting weighting() {
        GuidanceWeighting.Kind[] kinds = GuidanceWeighting.Kind.values();
        return new GuidanceWeighting(
                kinds[random.nextInt(kinds.length)],
                random.nextInt(4) == 0,
                random.nextInt(4) == 0 ? OptionalDouble.of(0.5 + random.nextInt(3)) : OptionalDouble.empty());
    }
}
