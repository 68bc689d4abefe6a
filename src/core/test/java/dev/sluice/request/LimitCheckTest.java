package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.RequestLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit at its edge: what is allowed passes, one more is refused by field and limit. */
class LimitCheckTest {
    private static final LimitCheck LIMITS =
            new LimitCheck(new RequestLimits(1024, 1024, 4, 5, 6, 2, 10, 3, 2, 2, 7, 8));

    /** A request and, by its field and limit, what is refused of it. */
    private record Given(
            String id,
            String tenant,
            String model,
            Prompt prompt,
            int images,
            int steps,
            Guidance guidance,
            Map<String, String> tags) {
        static final Given PLAIN =
                new Given("r", "t", "m", new Prompt.Unconditional(), 1, 10, new Guidance.None(), Map.of());

        GenerationRequest request() {
            return new GenerationRequest(
                    new RequestId(id),
                    new TenantId(tenant),
                    model,
                    prompt,
                    images,
                    0,
                    0,
                    SamplerSettings.ddim(steps, 0),
                    guidance,
                    Priority.BATCH,
                    Optional.empty(),
                    tags);
        }
    }

    static Stream<Arguments> edges() {
        Given plain = Given.PLAIN;
        return Stream.of(
                edge("requestId", "max-id-length", n -> with(plain, "x".repeat(n), "t", "m"), 4),
                edge("tenantId", "max-id-length", n -> with(plain, "r", "x".repeat(n), "m"), 4),
                edge("model", "max-name-length", n -> with(plain, "r", "t", "x".repeat(n)), 5),
                edge("prompt.label", "max-name-length", n -> with(new Prompt.Label("x".repeat(n))), 5),
                edge("prompt.text", "max-text-length", n -> with(new Prompt.Text("x".repeat(n), "")), 6),
                edge("prompt.negative", "max-text-length", n -> with(new Prompt.Text("x", "x".repeat(n))), 6),
                edge("images", "max-images", n -> with(n, 10, new Guidance.None(), Map.of()), 2),
                edge("sampler.steps", "max-steps", n -> with(1, n, new Guidance.None(), Map.of()), 10),
                edge("guidance.scale", "max-scale", n -> with(free(n, new GuidanceSchedule.Full())), 3),
                edge(
                        "guidance.schedule.exponent",
                        "max-exponent",
                        n -> with(free(1, new GuidanceSchedule.Compress(2, n))),
                        2),
                edge("guidance.schedule.timesteps", "max-steps", n -> with(free(1, explicit(n))), 10),
                edge("tags", "max-tags", n -> with(tags(n)), 2),
                edge("tags", "max-tag-length", n -> with(Map.of("x".repeat(n), "v")), 7),
                edge("tags", "max-tag-length", n -> with(Map.of("k", "x".repeat(n))), 7));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("edges")
    void refusesOneMoreThanAllowed(String field, String key, GenerationRequest allowed, GenerationRequest over) {
        assertThat(LIMITS.check(allowed)).isEmpty();
        assertThat(LIMITS.check(over)).hasValueSatisfying(refusal -> {
            assertThat(refusal.field()).isEqualTo(field);
            assertThat(refusal.message()).contains(field, "limits." + key);
        });
    }

    @Test
    void holdsACancellationToTheSameId() {
        assertThat(LIMITS.checkCancellation("xxxx", "x".repeat(8))).isEmpty();
        assertThat(LIMITS.checkCancellation("xxxxx", "").orElseThrow().field()).isEqualTo("requestId");
        assertThat(LIMITS.checkCancellation("x", "x".repeat(9)).orElseThrow().message())
                .contains("reason", "limits.max-reason-length = 8");
    }

    private static Arguments edge(
            String field, String key, java.util.function.IntFunction<GenerationRequest> request, int most) {
        return Arguments.of(field, key, request.apply(most), request.apply(most + 1));
    }

    private static GenerationRequest with(Given plain, String id, String tenant, String model) {
        return new Given(
                        id,
                        tenant,
                        model,
                        plain.prompt(),
                        plain.images(),
                        plain.steps(),
                        plain.guidance(),
                        plain.tags())
                .request();
    }

    private static GenerationRequest with(Prompt prompt) {
        return new Given("r", "t", "m", prompt, 1, 10, new Guidance.None(), Map.of()).request();
    }

    private static GenerationRequest with(int images, int steps, Guidance guidance, Map<String, String> tags) {
        return new Given("r", "t", "m", new Prompt.Unconditional(), images, steps, guidance, tags).request();
    }

    private static GenerationRequest with(Guidance guidance) {
        return with(1, 10, guidance, Map.of());
    }

    private static GenerationRequest with(Map<String, String> tags) {
        return with(1, 10, new Guidance.None(), tags);
    }

    private static Guidance free(double scale, GuidanceSchedule schedule) {
        return new Guidance.ClassifierFree(scale, schedule, GuidanceWeighting.defaultFor(schedule));
    }

    private static GuidanceSchedule explicit(int count) {
        List<Integer> timesteps = IntStream.rangeClosed(1, count).boxed().toList();
        return new GuidanceSchedule.Explicit(timesteps);
    }

    private static Map<String, String> tags(int count) {
        return IntStream.range(0, count).boxed().collect(java.util.stream.Collectors.toMap(i -> "k" + i, i -> "v"));
    }
}
