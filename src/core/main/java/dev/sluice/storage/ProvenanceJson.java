package dev.sluice.storage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import java.util.Locale;

/**
 * {@link Provenance} as one line of JSON. The same value gives the same characters.
 *
 * <p>Version 2. The seed is text: as a number, readers that compute in doubles would round it above 2^53. Version 1 had it as
 * a number, and its {@code request} was a digest of tenant and request id alone.
 */
final class ProvenanceJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ProvenanceJson() {}

    static String write(Provenance provenance) {
        ObjectNode json = JSON.objectNode();
        json.put("version", 2);
        json.put("request", provenance.requestDigest());
        json.put("image", provenance.image());
        json.put("seed", String.valueOf(provenance.seed()));
        provenance.label().ifPresent(label -> json.put("label", label));
        json.putObject("bundle")
                .put("name", provenance.bundle().name())
                .put("version", provenance.bundle().version())
                .put("sha256", provenance.bundle().sha256());
        json.putObject("sampler")
                .put("kind", word(provenance.sampler().kind()))
                .put("steps", provenance.sampler().steps())
                .put("eta", provenance.sampler().eta());
        json.set("guidance", guidance(provenance.guidance()));
        ObjectNode plan = json.putObject("plan").put("steps", provenance.plan().steps());
        provenance.plan().guidedTimesteps().forEach(plan.putArray("guidedTimesteps")::add);
        provenance.plan().weights().forEach(plan.putArray("weights")::add);
        return json.toString();
    }

    private static ObjectNode guidance(Guidance guidance) {
        return switch (guidance) {
            case Guidance.None none -> JSON.objectNode().put("method", "none");
            case Guidance.ClassifierFree free ->
                pushed("classifier_free", free.scale(), free.schedule(), free.weighting())
                        .put("cfgCompress", word(free.cfgCompress()));
            case Guidance.Classifier classifier ->
                pushed("classifier", classifier.scale(), classifier.schedule(), classifier.weighting())
                        .put("denoiser", word(classifier.denoiser()));
        };
    }

    private static ObjectNode pushed(
            String method, double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
        ObjectNode json = JSON.objectNode().put("method", method).put("scale", scale);
        json.set("schedule", schedule(schedule));
        ObjectNode weights =
                json.putObject("weighting").put("kind", word(weighting.kind())).put("forceTail", weighting.forceTail());
        weighting.maxOmega().ifPresent(bound -> weights.put("maxOmega", bound));
        return json;
    }

    private static ObjectNode schedule(GuidanceSchedule schedule) {
        return switch (schedule) {
            case GuidanceSchedule.Full full -> kind("full");
            case GuidanceSchedule.Compress compress ->
                kind("compress")
                        .put("guided", compress.guided())
                        .put("exponent", compress.exponent())
                        .put("arithmetic", word(compress.arithmetic()));
            case GuidanceSchedule.EarlyStop early -> kind("early_stop").put("guided", early.guided());
            case GuidanceSchedule.Uniform uniform -> kind("uniform").put("guided", uniform.guided());
            case GuidanceSchedule.EveryNth every -> kind("every_nth").put("stride", every.stride());
            case GuidanceSchedule.Interval interval ->
                kind("interval").put("sigmaLow", interval.sigmaLow()).put("sigmaHigh", interval.sigmaHigh());
            case GuidanceSchedule.Explicit explicit -> {
                ObjectNode json = kind("explicit");
                explicit.timesteps().forEach(json.putArray("timesteps")::add);
                yield json;
            }
        };
    }

    private static ObjectNode kind(String kind) {
        return JSON.objectNode().put("kind", kind);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
