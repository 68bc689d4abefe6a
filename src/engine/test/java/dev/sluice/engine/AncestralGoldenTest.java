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
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The engine against a step-by-step float64 reference written from the formulas (models/tests/ancestral_reference.py), at each
 * of 250 steps of one image, sampled without a stop in between: what differs once is carried on.
 */
@TestInstance(Lifecycle.PER_CLASS)
class AncestralGoldenTest {
    private static final double TOLERANCE = 1e-5;
    private static final EngineSettings SETTINGS = EngineSettings.constant(2, 2);

    private final JsonNode golden = read();
    private final int steps = golden.required("steps").intValue();
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
    void goldensAreOfTheBundleThatShips() {
        for (Network network : new Network[] {Network.DENOISER, Network.GUIDE}) {
            assertThat(Objects.requireNonNull(bundle.manifest().modules().get(network.label()))
                            .sha256())
                    .as("python models/tests/ancestral_goldens.py writes them anew")
                    .isEqualTo(
                            golden.required("modules").required(network.label()).textValue());
        }
    }

    @Test
    void guidesEveryStepAsTheReferenceDoes() {
        requireTheReferencesStates("full", new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE);
    }

    @Test
    void compressesAsTheReferenceDoes() {
        requireTheReferencesStates("gap", compressed(), GuidanceWeighting.Kind.GAP);
    }

    @Test
    void holdsAsTheReferenceDoes() {
        requireTheReferencesStates("hold", compressed(), GuidanceWeighting.Kind.HOLD);
    }

    private GuidanceSchedule compressed() {
        return new GuidanceSchedule.Compress(golden.required("guided").intValue(), 1);
    }

    private void requireTheReferencesStates(String run, GuidanceSchedule schedule, GuidanceWeighting.Kind weighting) {
        RequestDraft draft = RequestDraft.of(
                        "glyphs-adm", golden.required("label").textValue())
                .withSeed(golden.required("seed").longValue())
                .withSampler(SamplerSettings.ddpm(steps))
                .classifier(golden.required("scale").doubleValue(), schedule, weighting);
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
        JsonNode states = golden.required("runs").required(run);
        int taken = 0;
        while (taken < steps - 1) {
            loop.tick();
            for (ImageState image : watched.job().snapshot().images()) {
                if (steps - 1 - image.nextIndex() > taken) {
                    requireState(states, taken, image.x());
                    taken++;
                }
            }
        }
        while (!loop.idle()) {
            loop.tick();
        }
        requireState(states, taken, watched.sampled().samples().getFirst());
    }

    private void requireState(JsonNode states, int step, float[] x) {
        JsonNode elements = golden.required("elements");
        for (int i = 0; i < elements.size(); i++) {
            assertThat((double) x[elements.get(i).intValue()])
                    .as("element %s after step %d", elements.get(i), step)
                    .isCloseTo(states.get(step).get(i).doubleValue(), within(TOLERANCE));
        }
    }

    private static JsonNode read() {
        try (InputStream json =
                Objects.requireNonNull(AncestralGoldenTest.class.getResourceAsStream("/ancestral-golden.json"))) {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
