package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Optional;

/**
 * Kubernetes' own kinds, by the models that its Java client generates from Kubernetes' OpenAPI description: fields that are
 * unknown, missing or of another type are problems.
 */
final class CoreResources {
    private static final List<String> GROUPS =
            List.of("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1");

    private CoreResources() {}

    /** What is wrong with an object; empty where it is no kind of Kubernetes' own. */
    static Optional<List<String>> problems(JsonNode object) {
        if (!GROUPS.contains(object.path("apiVersion").asText())) {
            return Optional.empty();
        }
        JsonElement element = JsonParser.parseString(object.toString());
        try {
            Class<?> model = Class.forName("io.kubernetes.client.openapi.models.V1"
                    + object.path("kind").asText());
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
            // The check above looks at names, this at numbers.
            Object read = JSON.getGson().fromJson(element, model);
            return Optional.of(read == null ? List.of("nothing") : List.of());
        } catch (InvocationTargetException e) {
            return Optional.of(List.of(String.valueOf(e.getCause())));
        } catch (RuntimeException e) {
            return Optional.of(List.of(e.toString()));
        } catch (ReflectiveOperationException e) {
            return Optional.of(List.of("no such kind: " + e.getMessage()));
        }
    }
}
