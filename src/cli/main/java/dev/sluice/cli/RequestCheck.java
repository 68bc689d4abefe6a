package dev.sluice.cli;

import dev.sluice.codec.Decoded;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.GenerationRequest;
import java.util.List;
import java.util.Map;

/** Finds, before a request is published, what no worker would serve. What depends on the bundle is left to the worker. */
final class RequestCheck {
    /** Fields by the option that sets them, longer paths before those that they begin with. */
    private static final List<Map.Entry<String, String>> OPTIONS = List.of(
            Map.entry("guidance.schedule.exponent", "--exponent"),
            Map.entry("guidance.schedule.arithmetic", "--float-arithmetic"),
            Map.entry("guidance.schedule.guided", "--guided"),
            Map.entry("guidance.schedule.kind", "--schedule"),
            Map.entry("guidance.schedule.sigmaHigh", "--sigma-high"),
            Map.entry("guidance.schedule.sigmaLow", "--sigma-low"),
            Map.entry("guidance.schedule.stride", "--stride"),
            Map.entry("guidance.schedule.timesteps", "--timesteps"),
            Map.entry("guidance.schedule", "--schedule"),
            Map.entry("guidance.weighting.maxOmega", "--max-omega"),
            Map.entry("guidance.weighting", "--weight, --force-tail or --max-omega"),
            Map.entry("guidance.cfgCompress", "--cfg-compress"),
            Map.entry("guidance.conditionalDenoiser", "--unconditional-denoiser"),
            Map.entry("guidance.method", "--guidance"),
            Map.entry("guidance.scale", "--scale"),
            Map.entry("prompt.label", "--label"),
            Map.entry("prompt.negative", "--negative"),
            Map.entry("prompt.text", "--text"),
            Map.entry("prompt.unconditional", "--unconditional"),
            Map.entry("sampler.eta", "--eta"),
            Map.entry("sampler.kind", "--sampler"),
            Map.entry("sampler.steps", "--steps"),
            Map.entry("firstImage", "--first-image"),
            Map.entry("requestId", "--id"),
            Map.entry("tenantId", "--tenant"));

    private static final Map<String, String> VALUES = Map.of(
            "CLASSIFIER_FREE", "classifier-free",
            "CLASSIFIER", "classifier",
            "EARLY_STOP", "early-stop",
            "EVERY_NTH", "every-nth",
            "NONE", "none",
            "FULL", "full",
            "COMPRESS", "compress",
            "UNIFORM", "uniform",
            "INTERVAL", "interval",
            "EXPLICIT", "explicit");

    private RequestCheck() {}

    /**
     * The request as its bundle would have it, with anything where it has no opinion.
     *
     * @throws IllegalArgumentException naming the contract's field at fault
     */
    static GenerationRequest require(GenerationRequested request) {
        return require(request, new RequestDecoder());
    }

    /** Does the same for a bundle that is known. */
    static GenerationRequest require(GenerationRequested request, RequestDecoder decoder) {
        return switch (decoder.decode(request)) {
            case Decoded.Valid valid -> valid.request();
            case Decoded.Invalid invalid ->
                throw new IllegalArgumentException(invalid.refusal().message());
            case Decoded.Unidentifiable unidentifiable -> throw new IllegalArgumentException(unidentifiable.reason());
        };
    }

    /** The sentence, with the names of options in the place of fields. */
    static String inOptions(String message) {
        String said = message;
        for (Map.Entry<String, String> option : OPTIONS) {
            said = said.replace(option.getKey(), option.getValue());
        }
        for (Map.Entry<String, String> value : VALUES.entrySet()) {
            said = said.replaceAll("\\b" + value.getKey() + "\\b", value.getValue());
        }
        return said;
    }
}
