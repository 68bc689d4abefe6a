package dev.sluice.model;

import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.Diffusion;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.model.BundleManifest.Upsampler;
import dev.sluice.request.Network;
import java.util.ArrayList;
import java.util.List;

/** Finds what in a manifest contradicts itself, whatever its files hold. */
final class ManifestCheck {
    private static final int COLOURS = 3;

    private final BundleManifest manifest;
    private final List<String> problems = new ArrayList<>();

    private ManifestCheck(BundleManifest manifest) {
        this.manifest = manifest;
    }

    /** Every problem, a line each. */
    static List<String> problems(BundleManifest manifest) {
        ManifestCheck check = new ManifestCheck(manifest);
        check.run();
        return check.problems;
    }

    private void run() {
        require(
                manifest.formatVersion() == BundleManifest.FORMAT_VERSION,
                "formatVersion is " + manifest.formatVersion() + ", this release reads "
                        + BundleManifest.FORMAT_VERSION);
        require(manifest.has(Network.DENOISER), "no module in the role denoiser");
        shape("sample", manifest.sample());
        shape("image", manifest.image());
        diffusion("diffusion", manifest.diffusion());
        int guidedChannels = manifest.guidance().guidedChannels();
        require(
                guidedChannels >= 1 && guidedChannels <= manifest.sample().channels(),
                "guidance.guidedChannels is " + guidedChannels + ", sample.channels is "
                        + manifest.sample().channels());
        condition();
        guide();
        require(
                manifest.upsampler().isPresent() == manifest.has(Network.UPSAMPLER),
                "upsampler needs both its section and a module in the role upsampler");
        manifest.upsampler().ifPresent(this::upsampler);
        picture();
        require(
                manifest.defaults().steps() >= 1,
                "defaults.steps is " + manifest.defaults().steps());
    }

    private void condition() {
        switch (manifest.condition()) {
            case ClassCondition classes -> {
                int known = classes.classes().size();
                require(
                        classes.nullClass() >= 0 && classes.nullClass() <= known,
                        "condition.nullClass is " + classes.nullClass() + ", there are " + known + " classes");
            }
            case TextCondition text -> text("condition", text);
        }
        require(
                manifest.condition() instanceof TextCondition == manifest.has(Network.TEXT_ENCODER),
                "condition.kind text needs a module in the role text_encoder, and no other kind has one");
    }

    private void guide() {
        manifest.guideCondition().ifPresent(text -> {
            text("guideCondition", text);
            require(manifest.has(Network.GUIDE), "guideCondition needs a module in the role guide");
            require(manifest.condition() instanceof TextCondition, "guideCondition needs condition.kind to be text");
        });
        require(
                manifest.guideCondition().isPresent() == manifest.has(Network.GUIDE_TEXT_ENCODER),
                "a guide's own text needs both guideCondition and a module in the role guide_text_encoder");
    }

    private void upsampler(Upsampler upsampler) {
        shape("upsampler.sample", upsampler.sample());
        diffusion("upsampler.diffusion", upsampler.diffusion());
        int previous = -1;
        for (int timestep : upsampler.timesteps()) {
            require(
                    timestep > previous && timestep < upsampler.diffusion().trainSteps(),
                    "upsampler.timesteps must ascend within [0, "
                            + upsampler.diffusion().trainSteps() + "); " + timestep + " follows " + previous);
            previous = timestep;
        }
        require(!upsampler.timesteps().isEmpty(), "upsampler.timesteps is empty");
        require(
                upsampler.noiseScale() > 0 && Double.isFinite(upsampler.noiseScale()),
                "upsampler.noiseScale is " + upsampler.noiseScale());
    }

    private void picture() {
        require(
                manifest.image().channels() == COLOURS,
                "image.channels is " + manifest.image().channels() + ", a picture has " + COLOURS);
        require(
                manifest.has(Network.DECODER) || manifest.lastSample().equals(manifest.image()),
                "image is " + manifest.image() + ", but without a decoder " + manifest.lastSample() + " comes out");
    }

    private void text(String field, TextCondition text) {
        require(text.contextElements() >= 1, field + ".contextElements is " + text.contextElements());
        int maxTokens = text.tokenizer().maxTokens();
        require(maxTokens >= 1, field + ".tokenizer.maxTokens is " + maxTokens);
    }

    private void diffusion(String field, Diffusion diffusion) {
        try {
            diffusion.betaSchedule().betas(diffusion.trainSteps());
        } catch (IllegalArgumentException e) {
            problems.add(field + ".trainSteps is " + diffusion.trainSteps() + ": " + e.getMessage());
        }
    }

    private void shape(String field, TensorShape shape) {
        require(
                shape.channels() >= 1 && shape.height() >= 1 && shape.width() >= 1,
                field + " is " + shape + ", which has nothing in it");
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
