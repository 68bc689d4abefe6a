package dev.sluice.demo;

import dev.sluice.model.BundleManifest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.Classifier;
import dev.sluice.request.Guidance.ClassifierFree;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Compress;
import dev.sluice.request.GuidanceSchedule.Full;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.util.OptionalDouble;

/**
 * The guided systems of Compress Guidance (arXiv 2408.11194), each with how many steps it takes and how many of them its
 * compressed variant guides (tables 3, 4 and 6; GLIDE's rows likewise).
 */
enum PaperSystem {
    ADM("ADM", "G", "adm", 250, 50),
    CADM("CADM", "G", "adm", 250, 50),
    CADM_CFG("CADM", "CFG", "adm", 250, 25),
    DIT("DiT", "CFG", "dit", 250, 22),
    SD("SD", "CFG", "sd", 50, 8),
    GLIDE("GLIDE", "G", "glide", 250, 25);

    /**
     * A bundle's classifier scale is for a denoiser that sees the class. One that does not takes more of a push: eight times
     * the scale in the paper, four times by the model kit's sweep over the bundle that ships.
     */
    private static final double UNTOLD = 4;
    /**
     * Largest weight for a denoiser that is not told the class, found by the same sweep. A larger push at the noisiest
     * steps inverts grounds and colours.
     */
    private static final double UNTOLD_MAX_OMEGA = 2;

    private final String model;
    private final String method;
    private final String family;
    private final int steps;
    private final int guided;

    PaperSystem(String model, String method, String family, int steps, int guided) {
        this.model = model;
        this.method = method;
        this.family = family;
        this.steps = steps;
        this.guided = guided;
    }

    /** The paper's name for it, for example {@code ADM-G}. */
    String fullName() {
        return model + "-" + method;
    }

    /** The paper's name for its compressed variant, for example {@code ADM-CompG}. */
    String compressedName() {
        return model + "-Comp" + method;
    }

    /** Family of the bundles that it runs on. */
    String family() {
        return family;
    }

    /** The sampler of the paper, in this many steps. */
    SamplerSettings sampler(int steps) {
        return this == SD ? SamplerSettings.ddim(steps, 0) : SamplerSettings.ddpm(steps);
    }

    /** Guides every step, by the bundle's own scale. */
    Guidance full(BundleManifest.Defaults defaults) {
        return guidance(defaults, new Full());
    }

    /** Guides the paper's share of the steps, at the same scale, each weighted by its gap, within its bound. */
    Guidance compressed(BundleManifest.Defaults defaults, int ofSteps) {
        int count = Math.max(1, Math.round((float) guided * ofSteps / steps));
        return guidance(defaults, new Compress(count, 1));
    }

    private Guidance guidance(BundleManifest.Defaults defaults, GuidanceSchedule schedule) {
        GuidanceWeighting weighting = GuidanceWeighting.defaultFor(schedule);
        return switch (this) {
            case ADM ->
                new Classifier(
                        UNTOLD * defaults.classifierScale(),
                        schedule,
                        new GuidanceWeighting(
                                weighting.kind(), weighting.forceTail(), OptionalDouble.of(UNTOLD_MAX_OMEGA)),
                        DenoiserCondition.UNCONDITIONAL);
            case CADM, GLIDE ->
                new Classifier(defaults.classifierScale(), schedule, weighting, DenoiserCondition.CONDITIONAL);
            case CADM_CFG, DIT, SD -> new ClassifierFree(defaults.classifierFreeScale(), schedule, weighting);
        };
    }
}
