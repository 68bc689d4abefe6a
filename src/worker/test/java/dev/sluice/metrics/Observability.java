package dev.sluice.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dashboard, the alerts and the page about them, as the repository has them. */
public final class Observability {
    private static final Path DASHBOARD = Path.of("helm/sluice/dashboards/sluice.json");
    private static final Path RULES = Path.of("helm/sluice/rules/sluice.yaml");
    private static final Path PAGE = Path.of("docs/metrics.md");

    private Observability() {}

    static JsonNode dashboard() {
        return read(new JsonMapper(), DASHBOARD);
    }

    /** The dashboard's panels, the headings of its rows left out. */
    static List<JsonNode> panels() {
        return elements(dashboard().get("panels")).stream()
                .filter(panel -> !panel.get("type").asText().equals("row"))
                .toList();
    }

    /** The rules of all groups. */
    static List<JsonNode> alerts() {
        List<JsonNode> alerts = new ArrayList<>();
        read(new YAMLMapper(), RULES).get("groups").forEach(group -> alerts.addAll(elements(group.get("rules"))));
        return alerts;
    }

    static String page() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every expression of a panel or an alert, Grafana's variables filled in, by what it belongs to. */
    public static Map<String, String> expressions() {
        Map<String, String> expressions = new LinkedHashMap<>();
        panels().forEach(panel -> panel.get("targets")
                .forEach(target -> expressions.put(
                        "panel " + panel.get("title").asText() + " "
                                + target.get("refId").asText(),
                        target.get("expr")
                                .asText()
                                .replace("$__rate_interval", "5m")
                                .replace("$job", ".*")
                                .replace("$model", ".*"))));
        alerts().forEach(alert -> expressions.put(
                "alert " + alert.get("alert").asText(), alert.get("expr").asText()));
        return expressions;
    }

    static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    /** The first cells of the page's tables that are a metric's name. */
    public static List<String> documentedMetrics() {
        return page().lines()
                .filter(line -> line.matches("\\| `(sluice|jvm)_\\w+` .*"))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .toList();
    }

    private static JsonNode read(com.fasterxml.jackson.databind.ObjectMapper mapper, Path file) {
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
