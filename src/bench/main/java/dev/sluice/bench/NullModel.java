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
import dev.sluice.model.RowFunction;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model that predicts no noise, at once. With it, a request costs what everything but the model costs. */
public final class NullModel implements RowFunction {
    private static final String NAME = "null";
    private static final int TRAIN_STEPS = 1000;

    private final TensorShape shape;
    private FloatBuffer zeros = FloatBuffer.allocate(0);

    private NullModel(TensorShape shape) {
        this.shape = shape;
    }

    /** A bundle of the null model for square pictures of three channels, so many pixels wide. */
    public static Bundle bundle(int pixels) {
        TensorShape shape = new TensorShape(3, pixels, pixels);
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                NAME,
                "1.0.0",
                "none",
                "Apache-2.0",
                shape,
                shape,
                new Diffusion(
                        BetaSchedule.COSINE,
                        TRAIN_STEPS,
                        Prediction.EPSILON,
                        Variance.FIXED_SMALL,
                        true,
                        Spacing.EVEN,
                        0,
                        FinalAlphaBar.ONE),
                new ClassCondition(List.of("nothing"), 1, true),
                Optional.empty(),
                Optional.empty(),
                new GuidanceFacts(shape.channels(), true),
                new Defaults(SamplerSettings.Kind.DDPM, 1, 2, 1),
                Map.of());
        return Bundle.counting(
                manifest,
                new BundleIdentity(NAME, "1.0.0", "0".repeat(64)),
                Map.of(Network.DENOISER, new NullModel(shape)));
    }

    @Override
    public List<FloatBuffer> evaluate(RowBuffers rows) {
        int elements = rows.rowsPerCall() * shape.elements();
        if (zeros.capacity() != elements) {
            zeros = FloatBuffer.allocate(elements);
        }
        return List.of(zeros.clear());
    }
}
