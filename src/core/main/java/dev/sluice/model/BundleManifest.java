package dev.sluice.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.Spacing;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.diffusion.VarianceKind;
import dev.sluice.model.RowLayout.Input;
import dev.sluice.request.BundleDefaults;
import dev.sluice.request.Guidance;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code bundle.json}: what a bundle's modules expect and what they were trained as.
 *
 * @param image shape of the picture that comes out
 * @param sample shape of the tensor that is denoised first
 * @param guideCondition what the guide is told, where that isn't what the denoiser is told
 * @param upsampler the second stage, where there is one
 * @param modules by role: a network's {@linkplain Network#label label}, or {@code auditor}; {@code denoiser} always
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BundleManifest(
        int formatVersion,
        String name,
        String version,
        String family,
        String licence,
        TensorShape image,
        TensorShape sample,
        Diffusion diffusion,
        Condition condition,
        Optional<TextCondition> guideCondition,
        Optional<Upsampler> upsampler,
        GuidanceFacts guidance,
        Defaults defaults,
        Map<String, ModuleFile> modules) {
    /** The manifest format that this release reads. */
    public static final int FORMAT_VERSION = 1;

    public BundleManifest {
        modules = Map.copyOf(modules);
    }

    /** Channels, height and width of one row. */
    public record TensorShape(int channels, int height, int width) {
        public int elements() {
            return channels * height * width;
        }
    }

    /**
     * How a denoiser was trained, and how its family samples from it.
     *
     * @param spacing {@code even} where the manifest doesn't say
     * @param stepsOffset 0 where the manifest doesn't say
     * @param finalAlphaBar {@code one} where the manifest doesn't say
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Diffusion(
            BetaSchedule betaSchedule,
            int trainSteps,
            Prediction prediction,
            Variance variance,
            boolean clipDenoised,
            Spacing spacing,
            int stepsOffset,
            FinalAlphaBar finalAlphaBar) {
        public Diffusion {
            TrainedProcess.requireStepsOffset(stepsOffset);
        }

        /** What decides which timesteps a sampler visits. */
        public TrainedProcess process() {
            return new TrainedProcess(betaSchedule, trainSteps, spacing, stepsOffset, finalAlphaBar);
        }

        /**
         * The way that a request's images take over this bundle.
         *
         * @param tables of the {@link #process} for this sampler
         * @throws dev.sluice.request.InvalidFieldException where the schedule does not fit into the steps
         */
        public SamplingSchedule samplingSchedule(SamplerSettings sampler, Guidance guidance, DiffusionTables tables) {
            VarianceKind kind = switch (variance) {
                case LEARNED_RANGE -> VarianceKind.LEARNED_RANGE;
                case FIXED_SMALL -> VarianceKind.FIXED_SMALL;
                case FIXED_LARGE -> VarianceKind.FIXED_LARGE;
            };
            return SamplingSchedule.of(sampler, guidance, tables, kind, clipDenoised);
        }
    }

    /** What the denoiser predicts. */
    public enum Prediction {
        @JsonProperty("epsilon")
        EPSILON
    }

    /** Whether the denoiser also predicts the step's variance. */
    public enum Variance {
        @JsonProperty("learned_range")
        LEARNED_RANGE,
        @JsonProperty("fixed_small")
        FIXED_SMALL,
        @JsonProperty("fixed_large")
        FIXED_LARGE
    }

    /** What the modules are given of the prompt. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = ClassCondition.class, name = "class"),
        @JsonSubTypes.Type(value = TextCondition.class, name = "text")
    })
    public sealed interface Condition {}

    /**
     * The number of a class.
     *
     * @param nullClass the class index that stands for none
     * @param nullClassTrained whether the denoiser has learned what it predicts for none; it has where the manifest doesn't
     *     say
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ClassCondition(List<String> classes, int nullClass, boolean nullClassTrained) implements Condition {
        public ClassCondition {
            classes = List.copyOf(classes);
        }

        /** The index of a class by its name, empty where the bundle has no such class. */
        public OptionalInt classIndex(String label) {
            int index = classes.indexOf(label);
            return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
        }
    }

    /**
     * An encoded text; that of the empty text stands for none.
     *
     * @param contextElements floats that a text is encoded into
     * @param examples of texts that the bundle knows; may be none
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonTypeInfo(use = JsonTypeInfo.Id.NONE)
    public record TextCondition(int contextElements, TokenizerFile tokenizer, List<Example> examples)
            implements Condition {
        public TextCondition {
            examples = List.copyOf(examples);
        }
    }

    /**
     * A text that a bundle knows.
     *
     * @param target what the auditor is asked about the text's pictures
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Example(String text, long target) {}

    /**
     * A tokenizer's file, as the Hugging Face library writes it, with truncation, padding and special tokens set.
     *
     * @param sha256 of the file, lower-case hex
     * @param maxTokens ids that every text becomes
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TokenizerFile(String file, String sha256, int maxTokens) {}

    /**
     * A stage that makes a larger sample of the first one, by DDIM without noise and without guidance.
     *
     * @param sample shape of the larger sample
     * @param timesteps that it visits, ascending
     * @param noiseScale what its first noise is multiplied by
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Upsampler(TensorShape sample, Diffusion diffusion, List<Integer> timesteps, double noiseScale) {
        public Upsampler {
            timesteps = List.copyOf(timesteps);
        }

        /** Floats in one row of the upsampler's output. */
        public int predictionElements() {
            return BundleManifest.predictionElements(sample, diffusion);
        }
    }

    /**
     * Facts that guidance needs.
     *
     * @param guidedChannels classifier-free guidance is applied to this many leading channels
     * @param classifierFree whether the denoiser was trained for it, with its prompt and without; it was where the manifest
     *     doesn't say
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record GuidanceFacts(int guidedChannels, boolean classifierFree) {}

    /** What holds where a request leaves it open. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Defaults(
            SamplerSettings.Kind sampler, int steps, double classifierFreeScale, double classifierScale) {}

    /** A module's file and the checksum it must have, lower-case hex. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ModuleFile(String file, String sha256) {}

    /**
     * The classes of a bundle that has them.
     *
     * @throws IllegalStateException if it takes text
     */
    public ClassCondition classCondition() {
        return switch (condition) {
            case ClassCondition classes -> classes;
            case TextCondition text -> throw new IllegalStateException(name + " takes text, not a class");
        };
    }

    /** Whether there is a module for the network. */
    public boolean has(Network network) {
        return modules.containsKey(network.label());
    }

    /** Whether the denoiser has learned what it predicts for no prompt. */
    public boolean knowsNoPrompt() {
        return switch (condition) {
            case ClassCondition classes -> classes.nullClassTrained();
            case TextCondition text -> true;
        };
    }

    /** The same manifest, saying that the denoiser has learned what it predicts for no prompt. */
    public BundleManifest knowingNoPrompt() {
        return new BundleManifest(
                formatVersion,
                name,
                version,
                family,
                licence,
                image,
                sample,
                diffusion,
                condition instanceof ClassCondition(List<String> classes, int nullClass, boolean trained)
                        ? new ClassCondition(classes, nullClass, true)
                        : condition,
                guideCondition,
                upsampler,
                new GuidanceFacts(guidance.guidedChannels(), true),
                defaults,
                modules);
    }

    /**
     * What it samples with where a request has no opinion. Where it can't be guided in a way, its scale for that stands for
     * none: the engine says so.
     */
    public BundleDefaults requestDefaults() {
        return new BundleDefaults(
                defaults.sampler(),
                defaults.steps(),
                guidance.classifierFree() ? defaults.classifierFreeScale() : BundleDefaults.ANY.classifierFreeScale(),
                has(Network.GUIDE) ? defaults.classifierScale() : BundleDefaults.ANY.classifierScale());
    }

    /** What the guide is given of the prompt. */
    public Condition target() {
        return guideCondition.<Condition>map(text -> text).orElse(condition);
    }

    /** Shape of what the last sampler leaves: a picture, or a latent where there is a decoder. */
    public TensorShape lastSample() {
        return upsampler.map(Upsampler::sample).orElse(sample);
    }

    /** Floats in one row of the denoiser's output: the prediction, and as many for a learned variance. */
    public int predictionElements() {
        return predictionElements(sample, diffusion);
    }

    /** Floats of a row that classifier-free guidance is applied to. */
    public int guidedElements() {
        return guidance.guidedChannels() * sample.height() * sample.width();
    }

    /** Floats that a text encoder makes of a text. */
    public int contextElements(Network encoder) {
        return outputElements(encoder)[0];
    }

    /** What a network's rows consist of. */
    public RowLayout layout(Network network) {
        return switch (network) {
            case DENOISER -> RowLayout.of(Input.floats(sample), Input.integers(), input(condition));
            case GUIDE -> RowLayout.of(Input.floats(sample), Input.integers(), input(target()));
            case TEXT_ENCODER -> RowLayout.of(tokens(condition));
            case GUIDE_TEXT_ENCODER -> RowLayout.of(tokens(target()));
            case UPSAMPLER ->
                RowLayout.of(Input.floats(stage().sample()), Input.integers(), Input.floats(sample), input(condition));
            case DECODER -> RowLayout.of(Input.floats(lastSample()));
        };
    }

    /** What the auditor's rows consist of: a finished picture, a timestep and a class. */
    public RowLayout auditorLayout() {
        return RowLayout.of(Input.floats(image), Input.integers(), Input.integers());
    }

    /** Floats in one row, for each output of a network's module. */
    int[] outputElements(Network network) {
        return switch (network) {
            case DENOISER -> new int[] {predictionElements()};
            case GUIDE -> new int[] {sample.elements(), 1, 1};
            case TEXT_ENCODER -> new int[] {contextElements(condition)};
            case GUIDE_TEXT_ENCODER -> new int[] {contextElements(target())};
            case UPSAMPLER -> new int[] {stage().predictionElements()};
            case DECODER -> new int[] {image.elements()};
        };
    }

    private Upsampler stage() {
        return upsampler.orElseThrow(() -> new IllegalStateException(name + " has no upsampler"));
    }

    private static int predictionElements(TensorShape shape, Diffusion diffusion) {
        return diffusion.variance() == Variance.LEARNED_RANGE ? 2 * shape.elements() : shape.elements();
    }

    private static Input input(Condition condition) {
        return switch (condition) {
            case ClassCondition classes -> Input.integers();
            case TextCondition text -> Input.floats(text.contextElements());
        };
    }

    private Input tokens(Condition condition) {
        return Input.integers(text(condition).tokenizer().maxTokens());
    }

    private int contextElements(Condition condition) {
        return text(condition).contextElements();
    }

    private TextCondition text(Condition condition) {
        return switch (condition) {
            case TextCondition text -> text;
            case ClassCondition classes -> throw new IllegalStateException(name + " takes a class, not text");
        };
    }
}
