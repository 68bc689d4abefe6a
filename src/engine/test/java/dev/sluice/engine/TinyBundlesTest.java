package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The engine on bundles of texts, on libtorch's CPU: random weights, but real modules, tokenizers and stages. What they
 * are made of, src/core/test/resources/bundles/make_tiny.py says.
 */
@TestInstance(Lifecycle.PER_CLASS)
class TinyBundlesTest {
    private static final int STEPS = 6;
    private static final int UPSAMPLER_STEPS = 5;
    private static final GuidanceSchedule TWO_STEPS = new GuidanceSchedule.Compress(2, 1);
    private static final EngineSettings SETTINGS = EngineSettings.constant(8, 3);

    private Bundle latent;
    private Bundle cascade;

    @BeforeAll
    void load() {
        TorchScriptBundles bundles = TorchScriptBundles.onCpu();
        bundles.prepareCallingThread(1);
        latent = open(bundles, "tiny-latent");
        cascade = open(bundles, "tiny-cascade");
    }

    @AfterAll
    void unload() {
        latent.close();
        cascade.close();
    }

    @Test
    void sameBitsAloneAndAmongOthersInAnyOrder() {
        sameBitsAloneAndAmongOthers(latent, latentTraffic());
        sameBitsAloneAndAmongOthers(cascade, cascadeTraffic());
    }

    @Test
    void sameBitsWhenAnotherEngineGoesOn() {
        sameBitsWhenAnotherGoesOn(latent, latentTraffic());
        sameBitsWhenAnotherGoesOn(cascade, cascadeTraffic());
    }

    @Test
    void sameBitsWhetherAnEncodingIsAtHandOrNot() {
        RequestDraft draft = latentTraffic().getFirst();
        BundleQueue queue = new BundleQueue(latent, SETTINGS, EngineClock.SYSTEM);
        EngineLoop loop = loop(queue);
        WatchedJob first = run(loop, queue, List.of(draft)).getFirst();
        WatchedJob again = run(loop, queue, List.of(draft)).getFirst();

        assertThat(first.sampled().evaluations().text()).isEqualTo(2);
        assertThat(again.sampled().evaluations().text()).isZero();
        assertThat(again.sampled().usage().nanos().get(Network.TEXT_ENCODER)).isZero();
        requireSameBits(first.sampled().samples(), again.sampled().samples());
    }

    @Test
    void negativePromptChangesTheImageUnderClassifierFreeGuidance() {
        RequestDraft draft = text("tiny-latent", "a red circle", "")
                .classifierFree(3, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE);

        assertThat(picture(latent, draft.withPrompt(new Prompt.Text("a red circle", "a blue square"))))
                .isNotEqualTo(picture(latent, draft));
        assertThat(picture(latent, draft.withPrompt(new Prompt.Text("a green star", ""))))
                .isNotEqualTo(picture(latent, draft));
    }

    @Test
    void guideChangesTheImageAndTheUpsamplerFollowsThePrompt() {
        RequestDraft draft = text("tiny-cascade", "a red circle", "");
        GuidanceSchedule everyStep = new GuidanceSchedule.Full();

        assertThat(picture(cascade, draft.classifier(3, everyStep, GuidanceWeighting.Kind.NONE)))
                .isNotEqualTo(picture(cascade, draft));
        assertThat(picture(cascade, text("tiny-cascade", "a blue square", ""))).isNotEqualTo(picture(cascade, draft));
    }

    @Test
    void evaluatesWhatThePlanSaysAtTheModulesDoors() {
        PerNetwork before = counted(cascade);

        JobEnd.Sampled sampled = run(
                        cascade,
                        List.of(text("tiny-cascade", "a red circle", "")
                                .withImages(2)
                                .classifier(3, TWO_STEPS, GuidanceWeighting.Kind.GAP)))
                .getFirst()
                .sampled();

        assertThat(sampled.evaluations())
                .isEqualTo(new Evaluations(2 * STEPS, 0, 2 * 2, 2 * (STEPS - 2), 2, 2 * UPSAMPLER_STEPS, 0));
        assertThat(counted(cascade).minus(before)).isEqualTo(PerNetwork.of(network -> switch (network) {
            case DENOISER -> 2 * STEPS;
            case GUIDE -> 2 * 2;
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> 1;
            case UPSAMPLER -> 2 * UPSAMPLER_STEPS;
            case DECODER -> 0;
        }));
        assertThat(sampled.shape()).isEqualTo(new JobEnd.SampleShape(3, 8, 8));
        assertThat(sampled.usage().nanos().get(Network.UPSAMPLER)).isPositive();
    }

    @Test
    void decodesLatentsIntoPictures() {
        JobEnd.Sampled sampled = run(latent, List.of(text("tiny-latent", "a red circle", "")))
                .getFirst()
                .sampled();

        assertThat(sampled.shape()).isEqualTo(new JobEnd.SampleShape(3, 8, 12));
        assertThat(sampled.samples().getFirst()).hasSize(3 * 8 * 12);
        assertThat(sampled.evaluations().decoder()).isEqualTo(1);
        for (float value : sampled.samples().getFirst()) {
            assertThat(value).isBetween(-1f, 1f);
        }
    }

    @Test
    void everyUnicodePromptMakesAnImage() {
        List<RequestDraft> drafts = new ArrayList<>();
        for (String prompt : List.of("日本語", "🎉", "\ud800", "\u0000", "z\u0335\u0321", "a ".repeat(900))) {
            drafts.add(text("tiny-latent", prompt, prompt).classifierFree(3, TWO_STEPS, GuidanceWeighting.Kind.GAP));
        }

        assertThat(run(latent, drafts))
                .allSatisfy(job -> assertThat(job.sampled().samples()).hasSize(1));
    }

    @Test
    void paddingAndNeighboursDoNotChangeARowOfAnyNetwork() {
        for (Bundle bundle : List.of(latent, cascade)) {
            for (Network network : bundle.has()) {
                RowBuffers alone = new RowBuffers(5, bundle.manifest().layout(network));
                fill(alone, 0);
                alone.pad();
                float[] expected = row(bundle.evaluate(network, alone), 5, 0);
                RowBuffers crowded = new RowBuffers(5, bundle.manifest().layout(network));
                for (int row = 0; row < 5; row++) {
                    fill(crowded, row == 3 ? 0 : row + 1);
                }

                assertThat(row(bundle.evaluate(network, crowded), 5, 3))
                        .as("%s of %s", network, bundle.name())
                        .isEqualTo(expected);
            }
        }
    }

    private static List<RequestDraft> latentTraffic() {
        return List.of(
                text("tiny-latent", "a red circle", "a blue square")
                        .withImages(2)
                        .classifierFree(3, TWO_STEPS, GuidanceWeighting.Kind.HOLD),
                text("tiny-latent", "a green star", "")
                        .withSampler(SamplerSettings.ddim(STEPS, 0))
                        .classifierFree(3, TWO_STEPS, GuidanceWeighting.Kind.GAP),
                text("tiny-latent", "a yellow triangle", "")
                        .withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, STEPS))
                        .classifierFree(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE));
    }

    private static List<RequestDraft> cascadeTraffic() {
        return List.of(
                text("tiny-cascade", "a red circle", "")
                        .withImages(2)
                        .classifier(3, TWO_STEPS, GuidanceWeighting.Kind.GAP),
                text("tiny-cascade", "a small green star", ""),
                text("tiny-cascade", "a blue square", "")
                        .withGuidance(new Guidance.Classifier(
                                2,
                                TWO_STEPS,
                                GuidanceWeighting.of(GuidanceWeighting.Kind.HOLD),
                                Guidance.DenoiserCondition.UNCONDITIONAL)));
    }

    private void sameBitsAloneAndAmongOthers(Bundle bundle, List<RequestDraft> drafts) {
        List<WatchedJob> together = run(bundle, drafts);
        List<WatchedJob> otherOrder = run(bundle, drafts.reversed());
        for (int i = 0; i < drafts.size(); i++) {
            List<float[]> samples = together.get(i).sampled().samples();
            requireSameBits(
                    samples, otherOrder.get(drafts.size() - 1 - i).sampled().samples());
            requireSameBits(
                    samples,
                    run(bundle, List.of(drafts.get(i))).getFirst().sampled().samples());
        }
    }

    private void sameBitsWhenAnotherGoesOn(Bundle bundle, List<RequestDraft> drafts) {
        List<WatchedJob> undisturbed = run(bundle, drafts);
        for (int batches = 1; batches < 20; batches += 3) {
            BundleQueue killed = new BundleQueue(bundle, SETTINGS, EngineClock.SYSTEM);
            EngineLoop killedLoop = loop(killed);
            List<WatchedJob> left = submit(killedLoop, killed, drafts);
            for (int batch = 0; batch < batches && !killedLoop.idle(); batch++) {
                killedLoop.tick();
            }
            BundleQueue successor = new BundleQueue(bundle, SETTINGS, EngineClock.SYSTEM);
            EngineLoop successorLoop = loop(successor);
            for (int i = 0; i < drafts.size(); i++) {
                if (left.get(i).end() == null) {
                    WatchedJob resumed = left.get(i).resumption(successor, EngineClock.SYSTEM.nanos(), i);
                    successorLoop.submit(resumed.job());
                    finish(successorLoop);
                    requireSameBits(
                            undisturbed.get(i).sampled().samples(),
                            resumed.sampled().samples());
                }
            }
        }
    }

    private static RequestDraft text(String model, String text, String negative) {
        return RequestDraft.of(model, "unused")
                .withPrompt(new Prompt.Text(text, negative))
                .withSampler(SamplerSettings.ddpm(STEPS));
    }

    private static float[] picture(Bundle bundle, RequestDraft draft) {
        return run(bundle, List.of(draft)).getFirst().sampled().samples().getFirst();
    }

    private static List<WatchedJob> run(Bundle bundle, List<RequestDraft> drafts) {
        BundleQueue queue = new BundleQueue(bundle, SETTINGS, EngineClock.SYSTEM);
        return run(loop(queue), queue, drafts);
    }

    private static List<WatchedJob> run(EngineLoop loop, BundleQueue queue, List<RequestDraft> drafts) {
        List<WatchedJob> jobs = submit(loop, queue, drafts);
        finish(loop);
        return jobs;
    }

    private static List<WatchedJob> submit(EngineLoop loop, BundleQueue queue, List<RequestDraft> drafts) {
        List<WatchedJob> jobs = new ArrayList<>();
        for (RequestDraft draft : drafts) {
            WatchedJob job = new WatchedJob(draft, "r" + jobs.size(), queue, EngineClock.SYSTEM.nanos(), jobs.size());
            jobs.add(job);
            loop.submit(job.job());
        }
        return jobs;
    }

    private static void finish(EngineLoop loop) {
        while (!loop.idle()) {
            loop.tick();
        }
    }

    private static EngineLoop loop(BundleQueue queue) {
        EngineClock clock = EngineClock.SYSTEM;
        return new EngineLoop(
                List.of(queue),
                SETTINGS,
                clock,
                new InlineDevice(clock),
                new BatchAccounts(new DeviceMeter(), BatchObserver.NONE));
    }

    private static PerNetwork counted(Bundle bundle) {
        return PerNetwork.of(
                network -> bundle.has(network) ? bundle.counter(network).used() : 0);
    }

    /** Writes a row of numbers that this one alone has. */
    private static void fill(RowBuffers rows, int number) {
        rows.begin();
        rows.layout().inputs().forEach(input -> {
            int elements = input.shape().stream().reduce(1, (a, b) -> a * b);
            switch (input.type()) {
                case FLOATS -> {
                    float[] values = new float[elements];
                    for (int e = 0; e < elements; e++) {
                        values[e] = (float) Math.sin(e + 10.0 * number);
                    }
                    rows.put(values);
                }
                case INTEGERS -> {
                    long[] values = new long[elements];
                    for (int e = 0; e < elements; e++) {
                        values[e] = (7L * e + 3L * number) % 50;
                    }
                    rows.put(values);
                }
            }
        });
    }

    private static float[] row(FloatBuffer results, int rows, int row) {
        float[] values = new float[results.remaining() / rows];
        results.get(row * values.length, values);
        return values;
    }

    private static Bundle open(TorchScriptBundles bundles, String name) {
        return bundles.open(VerifiedBundle.read(Path.of("src", "core", "test", "resources", "bundles", name)));
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
