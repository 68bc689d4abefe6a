package dev.sluice.stream;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleKind;
import dev.sluice.events.v1.ScheduleSpec;
import java.util.Map;

/** Requests as publishers write them, for {@link SimulatedDevice}'s bundle. */
final class Requests {
    static final int STEPS = 10;
    static final int GUIDED = 5;
    static final double SCALE = 2;

    private Requests() {}

    /** One image in {@value #STEPS} steps, of which classifier-free guidance guides {@value #GUIDED}. */
    static GenerationRequested.Builder plain(String requestId) {
        return GenerationRequested.newBuilder()
                .setRequestId(requestId)
                .setTenantId("acme")
                .setModel(SimulatedDevice.BUNDLE)
                .setPrompt(label("circle"))
                .setSampler(steps(STEPS))
                .setGuidance(guidance(SCALE, compress(GUIDED, 1)))
                .setTags(Map.of("campaign", "spring"));
    }

    static PromptSpec label(String name) {
        return PromptSpec.newBuilder().setLabel(name).build();
    }

    static PromptSpec text(String text) {
        return PromptSpec.newBuilder().setText(text).build();
    }

    static SamplerSpec steps(int steps) {
        return new SamplerSpec(SamplerKind.DDPM, steps, 1.0);
    }

    static GuidanceSpec guidance(double scale, ScheduleSpec schedule) {
        return GuidanceSpec.newBuilder()
                .setMethod(GuidanceMethod.CLASSIFIER_FREE)
                .setScale(scale)
                .setSchedule(schedule)
                .build();
    }

    static ScheduleSpec compress(int guided, double exponent) {
        return ScheduleSpec.newBuilder()
                .setKind(ScheduleKind.COMPRESS)
                .setGuided(guided)
                .setExponent(exponent)
                .build();
    }
}
