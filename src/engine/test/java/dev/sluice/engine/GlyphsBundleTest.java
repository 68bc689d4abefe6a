package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.diffusion.NoiseStream;
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
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The engine on the bundle that ships with the repository, on libtorch's CPU. Pins no pixel: the bundle may be retrained. */
@TestInstance(Lifecycle.PER_CLASS)
class GlyphsBundleTest {
    private static final int ROWS = 8;
    private static final int GUIDE_ROWS = 4;
    private static final int STEPS = 6;
    private static final EngineSettings SETTINGS = EngineSettings.constant(ROWS, GUIDE_ROWS);

    private Bundle bundle;

    @BeforeAll
    void load() {
        TorchScriptBundles bundles = TorchScriptBundles.onCpu();
        bundles.prepareCallingThread(1);
        bundle = bundles.open(VerifiedBundle.read(Path.of("models", "bundles", "glyphs-adm")));
    }

    @AfterAll
    void unload() {
        bundle.close();
    }

    @Test
    void sameBitsAloneAndAmongOthers() {
        List<RequestDraft> drafts = List.of(
                draft("three"),
                draft("seven").classifierFree(3, new GuidanceSchedule.Compress(2, 1), GuidanceWeighting.Kind.GAP),
                draft("five")
                        .classifier(4, new GuidanceSchedule.Compress(3, 2), GuidanceWeighting.Kind.GAP)
                        .withImages(2));

        List<List<float[]>> together = samples(drafts);
        List<List<float[]>> otherOrder = samples(drafts.reversed());

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(together.get(i), otherOrder.get(drafts.size() - 1 - i));
            requireSameBits(together.get(i), samples(drafts.subList(i, i + 1)).getFirst());
        }
    }

    /** Each remembers in its own way; the model's schedule ends nearly without signal, where extrapolating is hardest. */
    @Test
    void everySolverMakesTheSameImagesAloneAndAmongOthers() {
        List<RequestDraft> drafts = Stream.of(
                        SamplerSettings.Kind.PNDM, SamplerSettings.Kind.DPMPP_2M, SamplerSettings.Kind.EULER)
                .map(kind -> draft("three")
                        .withSampler(SamplerSettings.deterministic(kind, STEPS))
                        .classifierFree(3, new GuidanceSchedule.Compress(2, 1), GuidanceWeighting.Kind.GAP))
                .toList();

        List<List<float[]>> together = samples(drafts);

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(together.get(i), samples(drafts.subList(i, i + 1)).getFirst());
            for (float value : together.get(i).getFirst()) {
                assertThat(value).isBetween(-1.5f, 1.5f);
            }
        }
    }

    @Test
    void sameBitsAfterTheBundleLeftTheDeviceAndCameBack() {
        RequestDraft draft = draft("four").classifierFree(3, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE);
        List<float[]> before = samples(draft);

        bundle.residence().unload();

        requireSameBits(before, samples(draft));
    }

    @Test
    void sameBitsWhenAnotherEngineGoesOn() {
        RequestDraft draft = draft("five")
                .classifier(4, new GuidanceSchedule.Compress(3, 2), GuidanceWeighting.Kind.HOLD)
                .withImages(2);
        List<float[]> undisturbed = samples(draft);
        EngineClock clock = EngineClock.SYSTEM;
        BundleQueue killed = new BundleQueue(bundle, SETTINGS, clock);
        WatchedJob left = new WatchedJob(draft, "r", killed, clock.nanos(), 0);
        EngineLoop killedLoop = loop(killed);
        killedLoop.submit(left.job());
        for (int batch = 0; batch < STEPS; batch++) {
            killedLoop.tick();
        }
        BundleQueue successor = new BundleQueue(bundle, SETTINGS, clock);
        WatchedJob resumed = left.resumption(successor, clock.nanos(), 0);
        EngineLoop successorLoop = loop(successor);
        successorLoop.submit(resumed.job());
        while (!successorLoop.idle()) {
            successorLoop.tick();
        }

        assertThat(resumed.resumed()).isTrue();
        assertThat(resumed.sampled().spent().conditional()).isBetween(1L, 2L * STEPS - 1);
        requireSameBits(undisturbed, resumed.sampled().samples());
    }

    @Test
    void pushOfNothingEqualsNoGuidance() {
        GuidanceSchedule everyStep = new GuidanceSchedule.Full();
        List<float[]> unguided = samples(draft("two"));

        requireSameBits(unguided, samples(draft("two").classifier(0, everyStep, GuidanceWeighting.Kind.NONE)));
        requireSameBits(unguided, samples(draft("two").classifierFree(1, everyStep, GuidanceWeighting.Kind.NONE)));
    }

    @Test
    void guidanceChangesTheImage() {
        GuidanceSchedule everyStep = new GuidanceSchedule.Full();
        float[] unguided = samples(draft("two")).getFirst();

        assertThat(samples(draft("two").classifier(4, everyStep, GuidanceWeighting.Kind.NONE))
                        .getFirst())
                .isNotEqualTo(unguided);
        assertThat(samples(draft("two").classifierFree(3, everyStep, GuidanceWeighting.Kind.NONE))
                        .getFirst())
                .isNotEqualTo(unguided);
    }

    @Test
    void compressedGuidanceEvaluatesWhatItsPlanSaysAtTheModulesDoors() {
        long denoiserBefore = bundle.counter(Network.DENOISER).used();
        long guideBefore = bundle.counter(Network.GUIDE).used();

        JobEnd.Sampled sampled = run(List.of(draft("nine")
                        .withImages(2)
                        .classifier(4, new GuidanceSchedule.Compress(2, 1), GuidanceWeighting.Kind.GAP)))
                .getFirst()
                .sampled();

        assertThat(sampled.evaluations()).isEqualTo(new Evaluations(2 * STEPS, 0, 2 * 2, 2 * (STEPS - 2)));
        assertThat(bundle.counter(Network.DENOISER).used() - denoiserBefore).isEqualTo(2 * STEPS);
        assertThat(bundle.counter(Network.GUIDE).used() - guideBefore).isEqualTo(2 * 2);
    }

    @Test
    void paddingAndNeighboursDoNotChangeARow() {
        RowBuffers alone = new RowBuffers(ROWS, bundle.manifest().layout(Network.DENOISER));
        alone.begin().put(image(0)).put(500).put(3);
        alone.pad();
        RowBuffers crowded = new RowBuffers(ROWS, bundle.manifest().layout(Network.DENOISER));
        for (int row = 0; row < ROWS; row++) {
            boolean same = row == 5;
            crowded.begin()
                    .put(image(same ? 0 : row + 1))
                    .put(same ? 500 : 100 * row)
                    .put(same ? 3 : row);
        }

        assertThat(prediction(crowded, 5)).isEqualTo(prediction(alone, 0));
    }

    @Test
    void guideReturnsTheGradientOfItsLogProbability() {
        float[] x = image(1);
        int timestep = 300;
        long target = 4;
        float[] gradient = new float[elements()];
        guide(timestep, target, x).get(0).get(0, gradient);
        double norm = 0;
        for (float g : gradient) {
            norm += (double) g * g;
        }
        norm = Math.sqrt(norm);
        assertThat(norm).isPositive();

        double h = 0.05;
        float[] ahead = x.clone();
        float[] behind = x.clone();
        for (int e = 0; e < x.length; e++) {
            ahead[e] += (float) (h * gradient[e] / norm);
            behind[e] -= (float) (h * gradient[e] / norm);
        }
        float[] logProbabilities = new float[2];
        guide(timestep, target, ahead, behind).get(1).get(0, logProbabilities);

        double slope = (logProbabilities[0] - logProbabilities[1]) / (2 * h);
        assertThat(slope).isCloseTo(norm, within(0.05 * norm));
    }

    private static RequestDraft draft(String label) {
        return RequestDraft.of("glyphs-adm", label)
                .withSampler(SamplerSettings.ddpm(STEPS))
                .withGuidance(new Guidance.None());
    }

    private List<float[]> samples(RequestDraft draft) {
        return samples(List.of(draft)).getFirst();
    }

    private List<List<float[]>> samples(List<RequestDraft> drafts) {
        List<List<float[]>> samples = new ArrayList<>();
        run(drafts).forEach(job -> samples.add(job.sampled().samples()));
        return samples;
    }

    private List<WatchedJob> run(List<RequestDraft> drafts) {
        EngineClock clock = EngineClock.SYSTEM;
        BundleQueue queue = new BundleQueue(bundle, SETTINGS, clock);
        EngineLoop loop = loop(queue);
        List<WatchedJob> jobs = new ArrayList<>();
        for (RequestDraft draft : drafts) {
            WatchedJob job = new WatchedJob(draft, "r" + jobs.size(), queue, clock.nanos(), jobs.size());
            jobs.add(job);
            loop.submit(job.job());
        }
        while (!loop.idle()) {
            loop.tick();
        }
        return jobs;
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

    private float[] prediction(RowBuffers rows, int row) {
        FloatBuffer predictions = bundle.evaluate(Network.DENOISER, rows);
        float[] prediction = new float[bundle.manifest().predictionElements()];
        predictions.get(row * prediction.length, prediction);
        return prediction;
    }

    private List<FloatBuffer> guide(int timestep, long target, float[]... images) {
        RowBuffers rows = new RowBuffers(GUIDE_ROWS, bundle.manifest().layout(Network.GUIDE));
        for (float[] image : images) {
            rows.begin().put(image).put(timestep).put(target);
        }
        rows.pad();
        return bundle.network(Network.GUIDE).evaluate(rows);
    }

    private int elements() {
        return bundle.manifest().sample().elements();
    }

    private float[] image(int number) {
        float[] image = new float[elements()];
        new NoiseStream(42, number).fillInitial(image);
        return image;
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
