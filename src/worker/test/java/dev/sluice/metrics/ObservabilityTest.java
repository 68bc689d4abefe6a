package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Dashboard and alerts are whole, and explained. Whether what they name exists is for MetricsIT. */
class ObservabilityTest {
    /** A histogram's series belong to one row of the table. */
    private static final String OF_HISTOGRAM = "_(bucket|sum|count)$";

    @Test
    void everyExpressionIsPromQl() {
        Map<String, String> expressions = Observability.expressions();

        assertThat(expressions).hasSizeGreaterThan(60);
        expressions.forEach((where, expression) ->
                assertThat(PromQl.selectors(expression)).as(where).isNotEmpty());
    }

    @Test
    void theDashboardHasItsRowsAndADataSourceToChoose() {
        JsonNode dashboard = Observability.dashboard();

        assertThat(Observability.elements(dashboard.get("panels")).stream()
                        .filter(panel -> panel.get("type").asText().equals("row"))
                        .map(panel -> panel.get("title").asText()))
                .containsExactly("Service", "Engine", "Guidance", "Cost");
        assertThat(dashboard.at("/templating/list/0/name").asText()).isEqualTo("datasource");
        assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
        assertThat(dashboard.get("uid").asText()).isEqualTo("sluice");
    }

    @Test
    void everyPanelSaysWhatItShowsInWhichUnit() {
        for (JsonNode panel : Observability.panels()) {
            String title = panel.get("title").asText();
            assertThat(panel.get("description").asText()).as(title).hasSizeGreaterThan(20);
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
            panel.get("targets")
                    .forEach(target -> assertThat(target.at("/datasource/uid").asText())
                            .as(title)
                            .isEqualTo("${datasource}"));
        }
    }

    @Test
    void panelsDoNotOverlap() {
        Set<List<Integer>> taken = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : Observability.elements(Observability.dashboard().get("panels"))) {
            JsonNode at = panel.get("gridPos");
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(at.get("x").asInt() + at.get("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < at.get("w").asInt(); x++) {
                for (int y = 0; y < at.get("h").asInt(); y++) {
                    assertThat(taken.add(
                                    List.of(at.get("x").asInt() + x, at.get("y").asInt() + y)))
                            .as(panel.get("title").asText())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyAlertIsPatientAndHasARunbook() {
        Set<String> names = new TreeSet<>();
        for (JsonNode alert : Observability.alerts()) {
            String name = alert.get("alert").asText();
            assertThat(names.add(name)).as(name).isTrue();
            assertThat(alert.get("for").asText()).as(name).matches("\\d+[mh]");
            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("info", "warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/runbook_url").asText())
                    .isEqualTo("docs/metrics.md#" + name.toLowerCase(Locale.ROOT));
        }
        List<String> headings = Observability.page()
                .lines()
                .filter(line -> line.startsWith("#### "))
                .map(line -> line.substring(5))
                .toList();
        assertThat(headings).containsExactlyInAnyOrderElementsOf(names);
    }

    /** One Prometheus has the workers of several releases, and a sum over all of them hides one that stands still. */
    @Test
    void everyAlertTellsReleasesApart() {
        Observability.alerts().forEach(alert -> {
            String expression = alert.get("expr").asText();
            long aggregations = Pattern.compile("\\b(sum|min|max)\\b")
                    .matcher(expression)
                    .results()
                    .count();

            assertThat(PromQl.grouped(expression))
                    .as(alert.get("alert").asText())
                    .filteredOn("job"::equals)
                    .hasSize((int) aggregations);
        });
    }

    @Test
    void everyPanelShowsTheReleasesThatAreChosen() {
        assertThat(Observability.dashboard().at("/templating/list/1/name").asText())
                .isEqualTo("job");
        Observability.expressions().forEach((where, expression) -> {
            if (where.startsWith("panel ")) {
                assertThat(PromQl.selectors(expression))
                        .as(where)
                        .allMatch(selector -> selector.matched().contains("job"));
            }
        });
    }

    @Test
    void everyMetricThatIsShownHasARowInTheTable() {
        Set<String> shown = new TreeSet<>();
        Observability.expressions()
                .values()
                .forEach(expression -> PromQl.selectors(expression)
                        .forEach(selector -> shown.add(selector.metric().replaceAll(OF_HISTOGRAM, ""))));

        assertThat(Observability.documentedMetrics()).doesNotHaveDuplicates().containsAll(shown);
    }
}
