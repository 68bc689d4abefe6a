package dev.sluice.app;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that make up one request. */
final class RequestOptions {
    /** Guidance methods, as the option has them. */
    enum Method {
        none,
        classifier,
        classifier_free;

        /** As the option is typed; the constant's own name is taken too. */
        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    @Option(names = "--id", paramLabel = "ID", description = "Request id. Default: a random one.")
    private String id = UUID.randomUUID().toString();

    @Option(names = "--tenant", paramLabel = "ID", defaultValue = "default", description = "Who is charged.")
    private String tenant = "default";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "glyphs-adm",
            description = "Bundle. Default: ${DEFAULT-VALUE}.")
    private String model = "glyphs-adm";

    @Option(names = "--label", paramLabel = "NAME", description = "Class to show, for bundles with classes.")
    private @Nullable String label;

    @Option(names = "--text", paramLabel = "TEXT", description = "What to show, for bundles that take text.")
    private @Nullable String text;

    @Option(names = "--negative", paramLabel = "TEXT", defaultValue = "", description = "What not to show.")
    private String negative = "";

    @Option(names = "--images", paramLabel = "N", defaultValue = "1", description = "How many. Default: 1.")
    private int images;

    @Option(
            names = "--first-image",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Number of the first one: makes image N of a larger request again, the same bits. Default: 0.")
    private int firstImage;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Keys the noise. Default: 0. Beyond 2^53, JavaScript needs a long type to read it.")
    private long seed;

    @Option(
            names = "--sampler",
            paramLabel = "KIND",
            defaultValue = "ddpm",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private SamplerSettings.Kind sampler = SamplerSettings.Kind.DDPM;

    @Option(names = "--steps", paramLabel = "T", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--eta", paramLabel = "ETA", defaultValue = "0", description = "DDIM's noise, 0 to 1. Default: 0.")
    private double eta;

    @Option(
            names = "--guidance",
            paramLabel = "METHOD",
            defaultValue = "none",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Method method = Method.none;

    @Option(
            names = "--scale",
            paramLabel = "S",
            defaultValue = "1",
            description = "Guidance scale; for classifier-free, 1 is no guidance.")
    private double scale;

    @Option(
            names = "--unconditional-denoiser",
            description = "classifier: the denoiser itself is not told the class (ADM-G rather than CADM-G).")
    private boolean unconditionalDenoiser;

    @Option(
            names = "--priority",
            paramLabel = "KIND",
            defaultValue = "interactive",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Priority priority = Priority.INTERACTIVE;

    @Option(names = "--deadline", paramLabel = "SECONDS", description = "Seconds from now after which to give up.")
    private @Nullable Long deadlineSeconds;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Carried into the events; may be repeated.")
    private Map<String, String> tags = Map.of();

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    /**
     * The request that was asked for.
     *
     * @throws InvalidFieldException if the options don't make one
     * @throws IllegalArgumentException if they contradict each other
     */
    GenerationRequest request() {
        return new GenerationRequest(
                new RequestId(id),
                new TenantId(tenant),
                model,
                prompt(),
                images,
                firstImage,
                seed,
                new SamplerSettings(sampler, steps, eta),
                guidance(),
                priority,
                Optional.ofNullable(deadlineSeconds)
                        .map(seconds -> Instant.now().plus(Duration.ofSeconds(seconds))),
                tags);
    }

    private Prompt prompt() {
        if (label != null && text != null) {
            throw new IllegalArgumentException("--label and --text: a bundle takes one or the other");
        }
        if (text == null && !negative.isEmpty()) {
            throw new IllegalArgumentException("--negative goes with --text");
        }
        if (text != null) {
            return new Prompt.Text(text, negative);
        }
        return label == null ? new Prompt.Unconditional() : new Prompt.Label(label);
    }

    private Guidance guidance() {
        return switch (method) {
            case none -> new Guidance.None();
            case classifier ->
                new Guidance.Classifier(
                        scale,
                        schedule.schedule(),
                        schedule.weighting(),
                        unconditionalDenoiser ? DenoiserCondition.UNCONDITIONAL : DenoiserCondition.CONDITIONAL);
            case classifier_free ->
                new Guidance.ClassifierFree(scale, schedule.schedule(), schedule.weighting(), schedule.cfgCompress());
        };
    }
}
