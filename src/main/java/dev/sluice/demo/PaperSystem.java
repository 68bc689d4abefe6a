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

    /** The paper's classifier scale is 0.5 where the denoiser sees the class, 4 where it doesn't. */
    private static final double CONDITIONAL_SHARE = 0.5 / 4;

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

    /** Of the bundles that it runs on. */
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

    /** Guides the paper's share of the steps, at the same scale, each weighted by its gap. */
    Guidance compressed(BundleManifest.Defaults defaults, int ofSteps) {
        int count = Math.max(1, Math.round((float) guided * ofSteps / steps));
        return guidance(defaults, new Compress(count, 1));
    }

    private Guidance guidance(BundleManifest.Defaults defaults, GuidanceSchedule schedule) {
        GuidanceWeighting weighting = GuidanceWeighting.defaultFor(schedule);
        return switch (this) {
            case ADM ->
                new Classifier(defaults.classifierScale(), schedule, weighting, DenoiserCondition.UNCONDITIONAL);
            case CADM ->
                new Classifier(
                        CONDITIONAL_SHARE * defaults.classifierScale(),
                        schedule,
                        weighting,
                        DenoiserCondition.CONDITIONAL);
            case GLIDE ->
                new Classifier(defaults.classifierScale(), schedule, weighting, DenoiserCondition.CONDITIONAL);
            case CADM_CFG, DIT, SD -> new ClassifierFree(defaults.classifierFreeScale(), schedule, weighting);
        };
    }
}
