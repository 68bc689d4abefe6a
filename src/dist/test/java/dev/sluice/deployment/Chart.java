package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The chart, as Helm itself renders it. */
public final class Chart {
    static final Path DIRECTORY = Path.of("helm", "sluice");
    static final String RELEASE = "sluice";
    static final String NAMESPACE = "images";

    /** What every example adds to. */
    static final Path MINIMAL = example("minimal");

    private Chart() {}

    static Path example(String name) {
        return DIRECTORY.resolve("examples").resolve(name + ".yaml");
    }

    /**
     * What an installation with these values would send to the cluster.
     *
     * @param values files, of which a later one goes first
     * @throws IllegalStateException where Helm, the values' schema or a template refuses them
     */
    public static List<JsonNode> render(List<Path> values) {
        return Yaml.documents(text(values));
    }

    /** The rendered objects by {@code Kind/name}. */
    static Map<String, JsonNode> objects(List<Path> values) {
        Map<String, JsonNode> objects = new TreeMap<>();
        for (JsonNode object : render(values)) {
            String name = object.path("kind").asText() + "/"
                    + object.path("metadata").path("name").asText();
            if (objects.put(name, object) != null) {
                throw new IllegalStateException(name + " is rendered twice");
            }
        }
        return objects;
    }

    private static String text(List<Path> values) {
        TemplateCommand template = new Helm(DIRECTORY)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                // Helm takes an old one where it has no cluster to ask.
                .withKubeVersion("1.34.0")
                // This command, unlike helm's own, would ask one where a template looks something up.
                .set("lookup.workload", false)
                .set("lookup.runtimeClass", false);
        values.forEach(template::withValuesFile);
        return template.call();
    }
}
