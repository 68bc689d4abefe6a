package dev.sluice.bench;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.Defaults;
import dev.sluice.model.BundleManifest.Diffusion;
import dev.sluice.model.BundleManifest.GuidanceFacts;
import dev.sluice.model.BundleManifest.Prediction;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.BundleManifest.Variance;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A bundle of one pixel whose modules answer zeros and count their calls. */
final class TinyBundle {
    static final int ELEMENTS = 1;

    private final AtomicInteger denoiserCalls = new AtomicInteger();
    private final BundleManifest manifest = new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "tiny",
            "1",
            "adm",
            "Apache-2.0",
            new TensorShape(1, 1, 1),
            new TensorShape(1, 1, 1),
            new Diffusion(
                    BetaSchedule.COSINE,
                    1000,
                    Prediction.EPSILON,
                    Variance.FIXED_SMALL,
                    true,
                    Spacing.EVEN,
                    0,
                    FinalAlphaBar.ONE),
            new ClassCondition(List.of("cat", "dog"), 2, true),
            Optional.empty(),
            Optional.empty(),
            new GuidanceFacts(1, true),
            new Defaults(SamplerSettings.Kind.DDPM, 50, 3, 2),
            Map.of());

    BundleManifest manifest() {
        return manifest;
    }

    Bundle bundle() {
        return Bundle.counting(
                manifest,
                new BundleIdentity("tiny", "1", "0"),
                Map.of(
                        Network.DENOISER,
                        rows -> {
                            denoiserCalls.incrementAndGet();
                            return List.of(zeros(rows));
                        },
                        Network.GUIDE,
                        rows -> List.of(zeros(rows), zeros(rows), zeros(rows))));
    }

    int denoiserCalls() {
        return denoiserCalls.get();
    }

    private static FloatBuffer zeros(RowBuffers rows) {
        return FloatBuffer.allocate(rows.rowsPerCall() * ELEMENTS);
    }
}
