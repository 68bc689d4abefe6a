package dev.sluice.cli;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.RequestPriority;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.request.Priority;
import dev.sluice.request.SamplerSettings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
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

        /** The spelling of the option. The constant's own name is accepted too. */
        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    @Option(names = "--id", paramLabel = "ID", description = "Request id. Default: a random one.")
    private String id = UUID.randomUUID().toString();

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            defaultValue = "default",
            description = "Tenant who is charged. Default: ${DEFAULT-VALUE}.")
    private String tenant = "default";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "glyphs-adm",
            description = "Bundle. Default: ${DEFAULT-VALUE}.")
    private String model = "glyphs-adm";

    @Option(names = "--label", paramLabel = "NAME", description = "Class to show, for a bundle of classes.")
    private @Nullable String label;

    @Option(names = "--text", paramLabel = "TEXT", description = "What to show, for a bundle of texts.")
    private @Nullable String text;

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What not to show. For a bundle of texts under classifier-free guidance.")
    private String negative = "";

    @Option(
            names = "--unconditional",
            description = "Asks for an image of nothing in particular, instead of --label or --text.")
    private boolean unconditional;

    @Option(names = "--images", paramLabel = "N", defaultValue = "1", description = "How many images. Default: 1.")
    private int images;

    @Option(
            names = "--first-image",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Number of the first image. With --images 1, makes image N of a larger request again, in the same"
                            + " bits. Default: 0.")
    private int firstImage;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the noise. Default: 0. JavaScript can't read one beyond 2^53 without a long type.")
    private long seed;

    @Option(names = "--sampler", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}. Default: the bundle's.")
    private SamplerSettings.@Nullable Kind sampler;

    @Option(names = "--steps", paramLabel = "T", description = "Sampling steps. Default: the bundle's.")
    private @Nullable Integer steps;

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            defaultValue = "0",
            description = "ddim: how much noise each step adds, 0 to 1. Default: 0.")
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
            description =
                    "How strongly guidance steers. Classifier-free guidance needs more than 1. Default: the bundle's.")
    private @Nullable Double scale;

    @Option(
            names = "--unconditional-denoiser",
            description = "classifier: the denoiser itself is not given the class (ADM-G instead of CADM-G).")
    private boolean unconditionalDenoiser;

    @Option(
            names = "--priority",
            paramLabel = "KIND",
            defaultValue = "interactive",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Priority priority = Priority.INTERACTIVE;

    @Option(
            names = "--deadline",
            paramLabel = "SECONDS",
            description = "The request fails if it has no outcome after so many seconds from now.")
    private @Nullable Long deadlineSeconds;

    @Option(
            names = "--tag",
            paramLabel = "KEY=VALUE",
            description = "A tag that the request's events carry. May be repeated.")
    private Map<String, String> tags = Map.of();

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    /**
     * The request that was asked for; what was left out is the bundle's.
     *
     * @throws IllegalArgumentException if the options don't make one
     */
    GenerationRequested request() {
        return GenerationRequested.newBuilder()
                .setRequestId(id)
                .setTenantId(tenant)
                .setModel(model)
                .setPrompt(new PromptSpec(label, text, negative, unconditional))
                .setImages(images)
                .setFirstImage(firstImage)
                .setSeed(seed)
                .setSampler(samplerSpec())
                .setGuidance(guidance())
                .setPriority(RequestPriority.valueOf(priority.name()))
                .setDeadline(
                        deadlineSeconds == null
                                ? null
                                : Instant.now().plusSeconds(deadlineSeconds).truncatedTo(ChronoUnit.MICROS))
                .setTags(tags)
                .build();
    }

    private SamplerSpec samplerSpec() {
        if (steps != null && steps == 0) {
            throw new IllegalArgumentException(
                    "--steps must be at least 1; without it they are as many as the bundle's");
        }
        return new SamplerSpec(
                sampler == null ? SamplerKind.BUNDLE : SamplerKind.valueOf(sampler.name()),
                steps == null ? 0 : steps,
                eta);
    }

    private GuidanceSpec guidance() {
        if (scale != null && scale == 0) {
            throw new IllegalArgumentException("--scale must be above 0; without it it is the bundle's");
        }
        return schedule.guidance()
                .setMethod(GuidanceMethod.valueOf(method.name().toUpperCase(Locale.ROOT)))
                .setScale(scale == null ? 0 : scale)
                .setConditionalDenoiser(!unconditionalDenoiser)
                .build();
    }
}
