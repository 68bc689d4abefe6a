package dev.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Traffic as the static server takes it. Requests of equal settings are side by side, so that cutting the traffic into
 * slices splits no batch. Every plan is worked out, so that both servers evaluate the same.
 */
final class StaticSlices {
    private final JsonMapper json = new JsonMapper();
    private final Plans plans;

    StaticSlices(Plans plans) {
        this.plans = plans;
    }

    /** What requests must have in common to share a batch; prompts and seeds may differ. */
    private record BatchSettings(SamplerSettings sampler, Guidance guidance) {}

    /**
     * Cuts traffic into slices of about the same cost.
     *
     * @return at most {@code slices} of them, none empty
     */
    List<List<GenerationRequest>> cut(List<GenerationRequest> traffic, int slices, RowCosts costs) {
        List<List<GenerationRequest>> groups = groups(traffic);
        double share = costs.boundNanos(plans.rows(traffic)) / slices;
        List<List<GenerationRequest>> cut = new ArrayList<>();
        List<GenerationRequest> slice = new ArrayList<>();
        double spent = 0;
        for (List<GenerationRequest> group : groups) {
            slice.addAll(group);
            spent += costs.boundNanos(plans.rows(group));
            if (spent >= share * (cut.size() + 1) && cut.size() + 1 < slices) {
                cut.add(slice);
                slice = new ArrayList<>();
            }
        }
        if (!slice.isEmpty()) {
            cut.add(slice);
        }
        return cut;
    }

    /** The traffic by equal settings, in the order of arrival. */
    List<List<GenerationRequest>> groups(List<GenerationRequest> traffic) {
        Map<BatchSettings, List<GenerationRequest>> groups = new LinkedHashMap<>();
        for (GenerationRequest request : traffic) {
            groups.computeIfAbsent(
                            new BatchSettings(request.sampler(), request.guidance()), settings -> new ArrayList<>())
                    .add(request);
        }
        return List.copyOf(groups.values());
    }

    JsonNode asJson(List<GenerationRequest> slice) {
        ObjectNode root = json.createObjectNode();
        ArrayNode requests = root.putArray("requests");
        slice.forEach(request -> requests.add(asJson(request)));
        return root;
    }

    private ObjectNode asJson(GenerationRequest request) {
        DiffusionTables tables = plans.tables(request);
        StepPlan plan = plans.plan(request);
        ObjectNode node = json.createObjectNode()
                .put("id", request.id().value())
                .put("class", plans.target(request))
                .put("conditionClass", plans.denoiserClass(request))
                .put("images", request.images())
                .put("seed", request.seed());
        node.putObject("sampler")
                .put("kind", request.sampler().kind().name().toLowerCase(Locale.ROOT))
                .put("eta", request.sampler().eta());
        ObjectNode guidance = node.putObject("guidance");
        switch (request.guidance()) {
            case Guidance.None none -> guidance.put("method", "none").put("scale", 0);
            case Guidance.ClassifierFree free -> guidance.put("method", "cfg").put("scale", free.scale());
            case Guidance.Classifier classifier ->
                guidance.put("method", "classifier").put("scale", classifier.scale());
        }
        ArrayNode timesteps = node.putArray("timesteps");
        ArrayNode guided = guidance.putArray("guided");
        ArrayNode weights = guidance.putArray("weights");
        for (int index = plan.steps() - 1; index >= 0; index--) {
            if (plan.isGuided(index)) {
                guided.add(timesteps.size());
            }
            timesteps.add(tables.originalTimestep(index));
            weights.add(plan.weight(index));
        }
        return node;
    }
}
