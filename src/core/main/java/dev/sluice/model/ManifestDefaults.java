package dev.sluice.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** What a {@code bundle.json} may leave out, and what holds then. Everything else must be there. */
final class ManifestDefaults {
    private ManifestDefaults() {}

    /** Writes what is left out into the manifest. */
    static JsonNode fill(JsonNode manifest) {
        fillDiffusion(manifest.path("diffusion"));
        fillDiffusion(manifest.path("upsampler").path("diffusion"));
        fillClasses(manifest.path("condition"));
        fillText(manifest.path("condition"));
        fillText(manifest.path("guideCondition"));
        if (manifest.path("guidance") instanceof ObjectNode guidance) {
            guidance.putIfAbsent("classifierFree", BooleanNode.TRUE);
        }
        if (manifest.path("defaults") instanceof ObjectNode defaults) {
            defaults.putIfAbsent("sampler", new TextNode("ddpm"));
        }
        return manifest;
    }

    private static void fillDiffusion(JsonNode node) {
        if (node instanceof ObjectNode diffusion) {
            diffusion.putIfAbsent("spacing", new TextNode("even"));
            diffusion.putIfAbsent("stepsOffset", new IntNode(0));
            diffusion.putIfAbsent("finalAlphaBar", new TextNode("one"));
        }
    }

    private static void fillClasses(JsonNode node) {
        if (node instanceof ObjectNode condition && condition.has("nullClass")) {
            condition.putIfAbsent("nullClassTrained", BooleanNode.TRUE);
        }
    }

    private static void fillText(JsonNode node) {
        if (node instanceof ObjectNode condition && condition.has("tokenizer")) {
            condition.putIfAbsent("examples", condition.arrayNode());
        }
    }
}
