package dev.sluice.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.diffusion.VarianceKind;
import dev.sluice.diffusion.Walk;
import dev.sluice.request.Guidance;
import dev.sluice.request.SamplerSettings;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code bundle.json}: what a bundle's modules expect and what they were trained as.
 *
 * @param sample shape of the tensor that is denoised
 * @param image shape of the picture that comes out
 * @param modules by role: {@code denoiser} always, {@code guide} and {@code auditor} where the bundle has them
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BundleManifest(
        @JsonProperty(required = true) int formatVersion,
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) String version,
        @JsonProperty(required = true) String family,
        @JsonProperty(required = true) String licence,
        @JsonProperty(required = true) TensorShape image,
        @JsonProperty(required = true) TensorShape sample,
        @JsonProperty(required = true) Diffusion diffusion,
        @JsonProperty(required = true) Condition condition,
        @JsonProperty(required = true) GuidanceFacts guidance,
        @JsonProperty(required = true) Defaults defaults,
        @JsonProperty(required = true) Map<String, ModuleFile> modules) {
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
     * How the denoiser was trained, and how its family samples from it.
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
        public Walk walk(SamplerSettings sampler, Guidance guidance, DiffusionTables tables) {
            VarianceKind kind = switch (variance) {
                case LEARNED_RANGE -> VarianceKind.LEARNED_RANGE;
                case FIXED_SMALL -> VarianceKind.FIXED_SMALL;
                case FIXED_LARGE -> VarianceKind.FIXED_LARGE;
            };
            return Walk.of(sampler, guidance, tables, kind, clipDenoised);
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

    /**
     * What the modules are told about the prompt.
     *
     * @param nullClass the class index that stands for none
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Condition(Kind kind, List<String> classes, int nullClass) {
        public Condition {
            classes = List.copyOf(classes);
        }

        /** The index of a class by its name, empty where the bundle has no such class. */
        public OptionalInt classIndex(String label) {
            int index = classes.indexOf(label);
            return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
        }

        /** Kinds of condition that this release serves. */
        public enum Kind {
            @JsonProperty("class")
            CLASS
        }
    }

    /**
     * Facts that guidance needs.
     *
     * @param guidedChannels classifier-free guidance is applied to this many leading channels
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record GuidanceFacts(int guidedChannels) {}

    /** What a caller who has no opinion should ask for. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Defaults(int steps, double classifierFreeScale, double classifierScale) {}

    /** A module's file and the checksum it must have, lower-case hex. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ModuleFile(String file, String sha256) {}

    /** Floats in one row of the denoiser's output: the prediction, and as many for a learned variance. */
    public int predictionElements() {
        return diffusion.variance() == Variance.LEARNED_RANGE ? 2 * sample.elements() : sample.elements();
    }

    /** Floats of a row that classifier-free guidance is applied to. */
    public int guidedElements() {
        return guidance.guidedChannels() * sample.height() * sample.width();
    }
}
