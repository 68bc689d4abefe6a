package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.sluice.Waits;
import dev.sluice.cli.CommandRun;
import dev.sluice.metrics.Observability;
import dev.sluice.metrics.PromQl;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboard, alerts and table name is what a worker exports, and the numbers are those of what it did. */
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Map<String, String> SETTINGS = Map.of(
            "bundles", "models/bundles/glyphs-adm",
            "engine.batch-size", "4",
            "engine.guide-batch-size", "4",
            "metrics.audit-share", "1",
            "price.per-device-second", "0.5",
            "price.overhead-interval", "1s");

    /** Labels that Prometheus puts on what it scrapes, so that no worker has them. */
    private static final Set<String> OF_THE_TARGET = Set.of("instance", "job", "namespace", "pod");

    private static final Pattern SERIES = Pattern.compile("(\\w+)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    @TempDir
    private Path folder = Path.of("");

    /** A line of what was scraped. */
    private record Series(String name, Map<String, String> labels, double value) {
        boolean has(Map<String, String> wanted) {
            return labels.entrySet().containsAll(wanted.entrySet());
        }
    }

    @Test
    void whatIsShownAndAlertedOnIsExported() throws IOException, InterruptedException {
        try (StandaloneStack stack = start()) {
            submit(stack, "--label", "seven", "--steps", "10", "--guidance", "classifier", "--scale", "2");
            submit(
                    stack,
                    "--label",
                    "two",
                    "--steps",
                    "10",
                    "--guidance",
                    "classifier-free",
                    "--scale",
                    "2",
                    "--schedule",
                    "compress",
                    "--guided",
                    "2",
                    "--tenant",
                    "ann");
            submit(stack, "--label", "eleven", "--steps", "10");
            publish(stack, new byte[] {1, 2, 3});

            List<Series> scraped = scrapeUntil(
                    stack,
                    series -> sum(series, "sluice_dead_letters_total", Map.of()) == 1
                            && sum(series, "sluice_audit_images_total", Map.of()) == 4
                            && sum(series, "sluice_overhead_cost_total", Map.of()) > 0
                            && sum(series, "sluice_requests_settled_total", Map.of()) == 3);

            Observability.expressions().forEach((where, expression) -> {
                for (PromQl.Selector selector : PromQl.selectors(expression)) {
                    requireExported(scraped, selector, where);
                }
            });
            Set<String> names = new TreeSet<>(scraped.stream().map(Series::name).toList());
            assertThat(Observability.documentedMetrics())
                    .allSatisfy(metric ->
                            assertThat(names).anyMatch(name -> name.equals(metric) || name.equals(metric + "_count")));

            assertNumbers(scraped);
        }
    }

    @Test
    void whatIsExportedIsExplained() throws IOException, InterruptedException {
        try (StandaloneStack stack = start()) {
            submit(stack, "--label", "seven", "--steps", "5");
            Set<String> names = new TreeSet<>(scrape(stack).stream()
                    .map(series -> series.name().replaceAll("_(bucket|sum|count|max)$", ""))
                    .filter(name -> name.startsWith("sluice_"))
                    .toList());
            Set<String> documented = new TreeSet<>(Observability.documentedMetrics().stream()
                    .map(name -> name.replaceAll("_max$", ""))
                    .toList());

            assertThat(documented).containsAll(names);
        }
    }

    @Test
    void workIsWaitingFromAcceptanceToTheOutcome() throws IOException, InterruptedException {
        try (StandaloneStack stack = start()) {
            assertThat(sum(scrape(stack), "sluice_work_waiting_seconds", Map.of()))
                    .isZero();
            assertThat(sum(scrape(stack), "sluice_evaluations_per_second", Map.of()))
                    .as("before any request")
                    .isPositive();

            command(stack, "submit", Stream.of("--label", "seven", "--steps", "1000", "--id", "long"));
            scrapeUntil(stack, series -> sum(series, "sluice_requests_pending", Map.of()) == 1);
            // Meters are read one after the other, so only the next look is sure to be after the acceptance.
            assertThat(sum(scrape(stack), "sluice_work_waiting_seconds", Map.of()))
                    .isGreaterThanOrEqualTo(1);
            List<Series> begun = scrapeUntil(stack, series -> sum(series, "sluice_evaluations_waiting", Map.of()) > 0);
            assertThat(sum(begun, "sluice_evaluations_waiting", Map.of())).isLessThanOrEqualTo(1000);

            command(stack, "cancel", Stream.of("long"));
            scrapeUntil(stack, series -> sum(series, "sluice_requests_pending", Map.of()) == 0);
            List<Series> idle = scrape(stack);
            assertThat(sum(idle, "sluice_work_waiting_seconds", Map.of())).isZero();
            assertThat(sum(idle, "sluice_evaluations_waiting", Map.of())).isZero();
        }
    }

    private static void requireExported(List<Series> scraped, PromQl.Selector selector, String where) {
        List<Series> found = scraped.stream()
                .filter(series -> series.name().equals(selector.metric()))
                .toList();
        assertThat(found).as(where + " reads " + selector.metric()).isNotEmpty();
        assertThat(found).as(where + " picks " + selector.equal()).anyMatch(series -> series.has(selector.equal()));
        Set<String> labels = new TreeSet<>(selector.matched());
        labels.removeAll(OF_THE_TARGET);
        assertThat(found.getFirst().labels().keySet()).as(where).containsAll(labels);
    }

    private static void assertNumbers(List<Series> scraped) {
        assertThat(sum(scraped, "sluice_requests_settled_total", Map.of("outcome", "COMPLETED")))
                .isEqualTo(2);
        assertThat(sum(scraped, "sluice_requests_settled_total", Map.of("outcome", "LABEL_UNKNOWN")))
                .isEqualTo(1);
        assertThat(sum(scraped, "sluice_dead_letters_total", Map.of("reason", "undecodable")))
                .isEqualTo(1);
        assertThat(sum(scraped, "sluice_evaluations_total", Map.of("kind", "conditional")))
                .isEqualTo(20);
        assertThat(sum(scraped, "sluice_evaluations_total", Map.of("kind", "guide")))
                .isEqualTo(10);
        assertThat(sum(scraped, "sluice_evaluations_total", Map.of("kind", "unconditional")))
                .isEqualTo(2);
        assertThat(sum(scraped, "sluice_guidance_evaluations_saved_total", Map.of("schedule", "compress")))
                .isEqualTo(8);
        assertThat(sum(scraped, "sluice_queue_age_seconds_count", Map.of())).isEqualTo(3);
        assertThat(sum(scraped, "sluice_time_to_image_seconds_count", Map.of("model", "glyphs-adm")))
                .isEqualTo(2);
        for (String stage : List.of("queued", "waiting", "sampling", "encoding", "uploading", "settling")) {
            assertThat(sum(scraped, "sluice_stage_seconds_count", Map.of("stage", stage)))
                    .as(stage)
                    .isEqualTo(2);
        }
        assertThat(sum(scraped, "sluice_audit_images_total", Map.of("classifier", "off_sampling", "schedule", "full")))
                .isEqualTo(1);
        assertThat(sum(scraped, "sluice_audit_loss_total", Map.of("classifier", "off_sampling")))
                .isPositive();
        assertThat(sum(scraped, "sluice_audit_dropped_total", Map.of())).isZero();
        assertThat(sum(scraped, "sluice_requests_pending", Map.of())).isZero();
        assertThat(sum(scraped, "sluice_worker_ready", Map.of())).isEqualTo(1);
        assertThat(sum(scraped, "sluice_registry_calls_total", Map.of())).isPositive();
        assertThat(sum(scraped, "sluice_storage_attempts_total", Map.of("store", "images")))
                .isEqualTo(2);
        double charged = sum(scraped, "sluice_charged_device_seconds_total", Map.of());
        double inCalls = sum(scraped, "sluice_device_seconds_total", Map.of());
        double overhead = sum(scraped, "sluice_device_overhead_seconds_total", Map.of());
        assertThat(charged + overhead).isCloseTo(inCalls, offset(1e-6));
        assertThat(sum(scraped, "sluice_cost_total", Map.of("tenant", "ann"))).isPositive();
        assertThat(sum(scraped, "sluice_cost_total", Map.of())).isCloseTo(0.5 * charged, offset(1e-6));
    }

    private static double sum(List<Series> scraped, String name, Map<String, String> labels) {
        return scraped.stream()
                .filter(series -> series.name().equals(name) && series.has(labels))
                .mapToDouble(Series::value)
                .sum();
    }

    private static List<Series> scrapeUntil(StandaloneStack stack, Predicate<List<Series>> done) {
        return Waits.atMost(PATIENCE).until(() -> scrape(stack), done);
    }

    private static List<Series> scrape(StandaloneStack stack) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + stack.worker().httpPort() + "/metrics");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> !line.startsWith("#"))
                    .map(MetricsIT::series)
                    .toList();
        }
    }

    private static Series series(String line) {
        Matcher matcher = SERIES.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        Map<String, String> labels = new HashMap<>();
        if (matcher.group(2) != null) {
            Matcher label = LABEL.matcher(matcher.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
        }
        return new Series(matcher.group(1), labels, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
    }

    private StandaloneStack start() throws InterruptedException {
        StandaloneStack stack = StandaloneStack.start(folder.resolve("data"), StandalonePorts.FREE, SETTINGS);
        Waits.atMost(PATIENCE).until(stack.worker()::ready);
        return stack;
    }

    /** Bytes that are no request. */
    private static void publish(StandaloneStack stack, byte[] value) throws InterruptedException {
        Map<String, Object> properties = new HashMap<>(stack.addresses().clientProperties());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(stack.addresses().topics().requests(), value))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void submit(StandaloneStack stack, String... options) {
        command(stack, "submit", Stream.concat(Stream.of("--wait", "--timeout", "120"), Stream.of(options)));
    }

    private static void command(StandaloneStack stack, String name, Stream<String> options) {
        List<String> arguments = new ArrayList<>(List.of(
                name,
                "--kafka",
                stack.addresses().kafka(),
                "--registry",
                stack.addresses().registry()));
        options.forEach(arguments::add);
        CommandRun.of(arguments.toArray(String[]::new));
    }
}
