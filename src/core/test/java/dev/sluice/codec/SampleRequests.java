package dev.sluice.codec;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import dev.sluice.wire.RequestLimits;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Requests for tests: a plain one, and random valid ones by seed. */
public final class SampleRequests {
    private SampleRequests() {}

    public static GenerationRequested.Builder plain() {
        return GenerationRequested.newBuilder()
                .setRequestId("r-1")
                .setTenantId("acme")
                .setModel("shapes-32")
                .setPrompt(PromptSpec.newBuilder().setLabel("cat").build());
    }

    /** The least that a publisher of 0.1.0 wrote. It knew no bundle's defaults. */
    public static GenerationRequested.Builder ofFirstRelease() {
        return plain().setPrompt(PromptSpec.newBuilder().build())
                .setSampler(new SamplerSpec(SamplerKind.DDIM, 50, 0.0));
    }

    public static GenerationRequest random(long seed) {
        var random = new SplittableRandom(seed);
        Prompt prompt = prompt(random);
        boolean negative =
                prompt instanceof Prompt.Text text && !text.negative().isEmpty();
        return new GenerationRequest(
                new RequestId("request-" + random.nextLong()),
                new TenantId("tenant-" + random.nextInt(5)),
                "model-é-" + random.nextInt(5),
                prompt,
                random.nextInt(1, 20),
                random.nextInt(4),
                random.nextLong(),
                sampler(random),
                prompt instanceof Prompt.Unconditional ? new Guidance.None() : guidance(random, negative),
                pick(random, Priority.values()),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(Instant.EPOCH.plus(random.nextLong(1L << 50), ChronoUnit.MICROS)),
                tags(random));
    }

    private static Prompt prompt(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Prompt.Unconditional();
            case 1 -> new Prompt.Label("a red circle " + random.nextInt());
            case 2 -> new Prompt.Text("two green squares " + random.nextInt(), "");
            default -> new Prompt.Text("ein großes 🟦", "blurry " + random.nextInt());
        };
    }

    private static SamplerSettings sampler(SplittableRandom random) {
        SamplerSettings.Kind kind = pick(random, SamplerSettings.Kind.values());
        return new SamplerSettings(
                kind, random.nextInt(1, 1001), kind == SamplerSettings.Kind.DDIM ? random.nextDouble() : 0);
    }

    /** @param negative whether there is something to keep away from */
    private static Guidance guidance(SplittableRandom random, boolean negative) {
        return switch (negative ? 2 : random.nextInt(3)) {
            case 0 -> new Guidance.None();
            case 1 ->
                new Guidance.Classifier(
                        random.nextDouble(1.5, RequestLimits.DEFAULT.maxScale()),
                        schedule(random),
                        weighting(random),
                        pick(random, Guidance.DenoiserCondition.values()));
            default ->
                new Guidance.ClassifierFree(
                        random.nextDouble(1.5, RequestLimits.DEFAULT.maxScale()),
                        schedule(random),
                        weighting(random),
                        pick(random, Guidance.CfgCompress.values()));
        };
    }

    private static GuidanceSchedule schedule(SplittableRandom random) {
        int number = random.nextInt(1, 500);
        return switch (random.nextInt(7)) {
            case 0 -> new GuidanceSchedule.Full();
            case 1 ->
                new GuidanceSchedule.Compress(
                        number, random.nextDouble(6), pick(random, GuidanceSchedule.Arithmetic.values()));
            case 2 -> new GuidanceSchedule.EarlyStop(number);
            case 3 -> new GuidanceSchedule.Uniform(number);
            case 4 -> new GuidanceSchedule.EveryNth(number);
            case 5 -> new GuidanceSchedule.Interval(random.nextDouble(), 1 + random.nextDouble());
            default -> new GuidanceSchedule.Explicit(explicitTimesteps(number));
        };
    }

    private static List<Integer> explicitTimesteps(int count) {
        return IntStream.iterate(3 * count, t -> t - 3).limit(count).boxed().toList();
    }

    private static GuidanceWeighting weighting(SplittableRandom random) {
        return new GuidanceWeighting(
                pick(random, GuidanceWeighting.Kind.values()),
                random.nextBoolean(),
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(1 + random.nextDouble()));
    }

    private static Map<String, String> tags(SplittableRandom random) {
        var tags = new HashMap<String, String>();
        for (int i = random.nextInt(5); i > 0; i--) {
            tags.put("tag-" + random.nextInt(100), "value-" + random.nextInt());
        }
        return tags;
    }

    private static <T> T pick(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
