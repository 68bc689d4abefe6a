package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts where one Prometheus scrapes two releases, as Prometheus' own test program evaluates them. */
class AlertsTest {
    private static final Path PLAIN = Chart.DIRECTORY.resolve("rules/sluice.yaml");
    private static final String SLUICE = "images/sluice";
    private static final String EUROPE = "images/sluice-eu";
    private static final String NO_WORKER = "SluiceNoWorkerReady";
    private static final String FAULTS = "SluiceFaults";

    @TempDir
    Path folder;

    @BeforeEach
    void needsPromtool() {
        assumeTrue(
                List.of(System.getenv("PATH").split(":")).stream()
                        .anyMatch(where -> Files.isExecutable(Path.of(where, "promtool"))),
                "promtool is not installed; install it with: apt-get install -y --no-install-recommends prometheus");
    }

    @Test
    void tellOfAReleaseWithoutWorkersBesideOneThatHasSome() throws IOException, InterruptedException {
        String series = ready(SLUICE, 0) + ready(EUROPE, 1);

        assertThat(firing(PLAIN, series, NO_WORKER, SLUICE)).isEmpty();
        assertThat(firing(ofTheChart(), series, NO_WORKER, SLUICE)).isEmpty();
    }

    @Test
    void leaveAnotherReleasesWorkersToItsOwnAlerts() throws IOException, InterruptedException {
        String series = ready(SLUICE, 1) + ready(EUROPE, 0);

        assertThat(firing(ofTheChart(), series, NO_WORKER, "")).isEmpty();
    }

    /** Nothing is scraped of this release, and so there is nothing to add up. */
    @Test
    void tellOfAReleaseThatIsNotScrapedBesideOneThatIs() throws IOException, InterruptedException {
        assertThat(firing(ofTheChart(), ready(EUROPE, 1), NO_WORKER, SLUICE)).isEmpty();
    }

    /** As it is between two bursts, for hours. */
    @Test
    void areSilentWhereAnAutoscalerWantsNoWorker() throws IOException, InterruptedException {
        assertThat(firing(autoscaled(), wanted(0), NO_WORKER, "")).isEmpty();
    }

    @Test
    void tellWhereAnAutoscalerWantsAWorkerAndNoneComes() throws IOException, InterruptedException {
        assertThat(firing(autoscaled(), wanted(1), NO_WORKER, SLUICE)).isEmpty();
    }

    /** One in twenty of a small release's requests fail, which is one in two hundred of both. */
    @Test
    void takeSharesOfOneReleasesRequests() throws IOException, InterruptedException {
        String series = settled(SLUICE, "COMPLETED", 19)
                + settled(SLUICE, "ENGINE_FAULT", 1)
                + settled(EUROPE, "COMPLETED", 180)
                + settled(EUROPE, "ENGINE_FAULT", 0);

        assertThat(firing(PLAIN, series, FAULTS, SLUICE)).isEmpty();
        assertThat(firing(ofTheChart(), series, FAULTS, SLUICE)).isEmpty();
    }

    /** The rules as the chart has them for {@value #SLUICE}. */
    private Path ofTheChart() throws IOException {
        JsonNode rules = Objects.requireNonNull(Chart.objects(List.of(Chart.MINIMAL, Chart.example("monitoring")))
                .get("PrometheusRule/sluice"));
        return Files.writeString(
                folder.resolve("chart.yaml"), rules.path("spec").toString());
    }

    /** The same, with workers from none to many. */
    private Path autoscaled() throws IOException {
        JsonNode rules = Objects.requireNonNull(
                Chart.objects(List.of(Chart.MINIMAL, Chart.example("monitoring"), Chart.example("keda")))
                        .get("PrometheusRule/sluice"));
        return Files.writeString(
                folder.resolve("autoscaled.yaml"), rules.path("spec").toString());
    }

    private static String wanted(int workers) {
        return "- {series: 'kube_deployment_spec_replicas{namespace=\"images\",deployment=\"sluice\"}', values: '%d+0x60'}\n"
                .formatted(workers);
    }

    /**
     * What promtool has against it that after an hour the alert is there for this job and no other; nothing where it is.
     *
     * @param job empty where the alert must not be there
     */
    private String firing(Path rules, String series, String alert, String job)
            throws IOException, InterruptedException {
        JsonNode rule = Yaml.read(rules).findParents("alert").stream()
                .filter(each -> each.path("alert").asText().equals(alert))
                .findFirst()
                .orElseThrow();
        JsonNode annotations = new JsonMapper()
                .readTree(rule.path("annotations")
                        .toString()
                        .replace("{{ $value | humanizePercentage }}", "5%")
                        .replace("{{ $labels.job }}", job));
        String expected = job.isEmpty()
                ? "[]"
                : "[{exp_labels: {job: %s, severity: critical}, exp_annotations: %s}]".formatted(job, annotations);
        Path test = Files.writeString(folder.resolve("test.yaml"), """
                rule_files: ["%s"]
                evaluation_interval: 1m
                tests:
                  - interval: 1m
                    input_series:
                %s
                    alert_rule_test: [{eval_time: 1h, alertname: %s, exp_alerts: %s}]
                """.formatted(
                        rules.toAbsolutePath(), series.indent(6).stripTrailing(), alert, expected));
        Process process = new ProcessBuilder("promtool", "test", "rules", test.toString())
                .redirectErrorStream(true)
                .start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : told;
    }

    private static String ready(String job, int ready) {
        return "- {series: 'sluice_worker_ready{job=\"%s\",instance=\"%s-0\"}', values: '%d+0x60'}\n"
                .formatted(job, job, ready);
    }

    private static String settled(String job, String outcome, int perMinute) {
        return "- {series: 'sluice_requests_settled_total{job=\"%s\",outcome=\"%s\"}', values: '0+%dx60'}\n"
                .formatted(job, outcome, perMinute);
    }
}
