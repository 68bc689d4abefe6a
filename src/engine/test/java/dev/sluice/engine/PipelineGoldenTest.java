package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.sampling.ImageState;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import dev.sluice.storage.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole requests, from the prompt to the pixels, against what other hands make of the same weights and noise
 * (models/tests/pipeline_goldens.py): DiT's network by diffusers' class under the published sampling in float64,
 * diffusers' Stable Diffusion pipeline with each of its solvers, and both stages of GLIDE in float64.
 */
class PipelineGoldenTest {
    private static final String DIT = "glyphs-dit";
    private static final String STABLE_DIFFUSION = "scenes-sd";
    private static final String GLIDE = "scenes-glide";
    private static final double LATENT_TOLERANCE = 1e-3;
    private static final double PIXELS_WITHIN_ONE = 0.999;
    /** Share of pixels that must be equal. Another way to round would leave about half of them. */
    private static final double PIXELS_EQUAL = 0.99;

    private static final EngineSettings SETTINGS = EngineSettings.constant(4, 2);

    @ParameterizedTest
    @ValueSource(ints = {250, 22})
    void ditAsPublished(int guided) {
        JsonNode golden = golden(DIT);
        int steps = golden.required("steps").intValue();
        RequestDraft draft =
                RequestDraft.of(DIT, golden.required("prompt").textValue()).withSampler(SamplerSettings.ddpm(steps));

        if (guided == steps) {
            requireGolden("full", guided(draft, golden, new GuidanceSchedule.Full()));
        } else {
            requireGolden("compress_" + guided, guided(draft, golden, new GuidanceSchedule.Compress(guided, 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "DDPM", mode = EnumSource.Mode.EXCLUDE)
    void stableDiffusionAsDiffusersHasIt(SamplerSettings.Kind solver) {
        requireGolden(solver.name().toLowerCase(Locale.ROOT), stableDiffusion(solver, new GuidanceSchedule.Full()));
    }

    @Test
    void stableDiffusionCompressed() {
        requireGolden(
                "ddim-compress_8", stableDiffusion(SamplerSettings.Kind.DDIM, new GuidanceSchedule.Compress(8, 1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 25})
    void glideGuidedByClip(int guided) {
        JsonNode golden = golden(GLIDE);
        double scale = golden.required("clipScale").doubleValue();
        RequestDraft draft = glide(golden);

        if (guided == golden.required("steps").intValue()) {
            requireGolden("clip", draft.classifier(scale, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.GAP));
        } else {
            requireGolden(
                    "clip-compress_" + guided,
                    draft.classifier(scale, new GuidanceSchedule.Compress(guided, 1), GuidanceWeighting.Kind.GAP));
        }
    }

    @Test
    void glideClassifierFree() {
        JsonNode golden = golden(GLIDE);
        requireGolden(
                "free-compress_25",
                glide(golden)
                        .classifierFree(
                                golden.required("freeScale").doubleValue(),
                                new GuidanceSchedule.Compress(25, 1),
                                GuidanceWeighting.Kind.GAP));
    }

    @ParameterizedTest
    @ValueSource(strings = {DIT, STABLE_DIFFUSION, GLIDE})
    void goldensAreOfTheBundleThatShips(String bundle) {
        golden(bundle)
                .required("modules")
                .properties()
                .forEach(module -> assertThat(Objects.requireNonNull(VerifiedBundle.read(folder(bundle))
                                        .manifest()
                                        .modules()
                                        .get(module.getKey()))
                                .sha256())
                        .as("python models/tests/pipeline_goldens.py writes them anew: " + module.getKey())
                        .isEqualTo(module.getValue().textValue()));
    }

    private static RequestDraft stableDiffusion(SamplerSettings.Kind solver, GuidanceSchedule schedule) {
        JsonNode golden = golden(STABLE_DIFFUSION);
        Prompt prompt = new Prompt.Text(
                golden.required("prompt").textValue(),
                golden.required("negative").textValue());
        RequestDraft draft = RequestDraft.of(STABLE_DIFFUSION, "replaced")
                .withPrompt(prompt)
                .withSampler(SamplerSettings.deterministic(
                        solver, golden.required("steps").intValue()));
        return guided(draft, golden, schedule);
    }

    private static RequestDraft glide(JsonNode golden) {
        return RequestDraft.of(GLIDE, "replaced")
                .withPrompt(new Prompt.Text(golden.required("prompt").textValue(), ""))
                .withSeed(golden.required("seed").longValue())
                .withSampler(SamplerSettings.ddpm(golden.required("steps").intValue()));
    }

    private static RequestDraft guided(RequestDraft draft, JsonNode golden, GuidanceSchedule schedule) {
        return draft.withSeed(golden.required("seed").longValue())
                .classifierFree(golden.required("scale").doubleValue(), schedule, GuidanceWeighting.Kind.GAP);
    }

    private static void requireGolden(String run, RequestDraft draft) {
        TorchScriptBundles bundles = TorchScriptBundles.onCpu();
        bundles.prepareCallingThread(1);
        try (Bundle bundle = bundles.open(VerifiedBundle.read(folder(draft.model())))) {
            EngineClock clock = EngineClock.SYSTEM;
            BundleQueue queue = new BundleQueue(bundle, SETTINGS, clock);
            EngineLoop loop = new EngineLoop(
                    List.of(queue),
                    SETTINGS,
                    clock,
                    new InlineDevice(clock),
                    new BatchAccounts(new DeviceMeter(), BatchObserver.NONE));
            WatchedJob watched = new WatchedJob(draft, "r", queue, clock.nanos(), 0);
            loop.submit(watched.job());
            float[] latent = {};
            float[] low = {};
            while (!loop.idle()) {
                loop.tick();
                for (ImageState image : watched.job().snapshot().images()) {
                    latent = image.stage() == ImageState.Stage.DECODING ? image.x() : latent;
                    low = image.stage() == ImageState.Stage.UPSAMPLING ? image.low() : low;
                }
            }
            JsonNode expected = golden(draft.model()).required("latents").required(run);
            if (low.length > 0) {
                requireLevels(expected, low);
            } else {
                requireLatent(expected, latent);
            }
            requirePixels(picture(draft.model(), run), watched.sampled());
        }
    }

    /** Largest difference over the largest value. */
    private static void requireLatent(JsonNode expected, float[] latent) {
        assertThat(latent).hasSize(expected.size());
        double difference = 0;
        double size = 0;
        for (int e = 0; e < latent.length; e++) {
            double value = expected.get(e).doubleValue();
            difference = Math.max(difference, Math.abs(latent[e] - value));
            size = Math.max(size, Math.abs(value));
        }
        assertThat(difference / size).isLessThanOrEqualTo(LATENT_TOLERANCE);
    }

    /** What the upsampler is shown: the nearest of a picture's 256 levels. */
    private static void requireLevels(JsonNode expected, float[] low) {
        assertThat(low).hasSize(expected.size());
        for (int e = 0; e < low.length; e++) {
            double value = Math.clamp(expected.get(e).doubleValue(), -1, 1);
            assertThat((double) low[e]).isCloseTo(value, within(0.5 / 127.5 + LATENT_TOLERANCE));
        }
    }

    private static void requirePixels(BufferedImage expected, JobEnd.Sampled sampled) {
        JobEnd.SampleShape shape = sampled.shape();
        int plane = shape.height() * shape.width();
        RgbImage.Levels levels = sampled.decoded() ? RgbImage.Levels.NEAREST : RgbImage.Levels.BELOW;
        byte[] picture = RgbImage.fromSamples(sampled.samples().getFirst(), shape.width(), shape.height(), levels)
                .rgb();
        int near = 0;
        int equal = 0;
        for (int p = 0; p < plane; p++) {
            int rgb = expected.getRGB(p % shape.width(), p / shape.width());
            for (int channel = 0; channel < shape.channels(); channel++) {
                int theirs = rgb >> (8 * (2 - channel)) & 0xff;
                int ours = picture[3 * p + channel] & 0xff;
                near += Math.abs(theirs - ours) <= 1 ? 1 : 0;
                equal += theirs == ours ? 1 : 0;
            }
        }
        double all = shape.channels() * plane;
        assertThat(near / all).isGreaterThanOrEqualTo(PIXELS_WITHIN_ONE);
        assertThat(equal / all).isGreaterThanOrEqualTo(PIXELS_EQUAL);
    }

    private static Path folder(String bundle) {
        return Path.of("models", "bundles", bundle);
    }

    private static JsonNode golden(String bundle) {
        try (InputStream json = resource(bundle + ".json")) {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedImage picture(String bundle, String run) {
        try (InputStream png = resource(bundle + "-" + run + ".png")) {
            return Objects.requireNonNull(ImageIO.read(png));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String file) {
        return Objects.requireNonNull(PipelineGoldenTest.class.getResourceAsStream("/pipelines/" + file));
    }
}
