package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.trace.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TracesTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PUBLISHER = "b7ad6b7169203331";
    private static final String SAMPLED = "00-" + TRACE + "-" + PUBLISHER + "-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-" + PUBLISHER + "-00";

    @TempDir
    private Path folder = Path.of("");

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final Traces traces = new Traces("worker-1", SimpleSpanProcessor.create(exported));
    private SimulatedWorker worker;

    @BeforeEach
    void start() throws InterruptedException {
        worker = new SimulatedWorker(folder, traces, traces.batches());
    }

    @AfterEach
    void stop() {
        worker.close();
        traces.close();
    }

    @Test
    void followsARequestFromItsPublisherThroughAllStages() {
        request("r-1", SAMPLED);
        worker.settleAll();

        List<SpanData> stages = exported.getFinishedSpanItems().stream()
                .filter(span -> !span.getName().equals("batch"))
                .toList();
        assertThat(stages).extracting(SpanData::getName).containsExactlyInAnyOrder("admit", "rows", "finish", "settle");
        assertThat(stages).allSatisfy(span -> {
            assertThat(span.getTraceId()).isEqualTo(TRACE);
            assertThat(span.getParentSpanId()).isEqualTo(PUBLISHER);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(span.getAttributes().get(AttributeKey.stringKey("sluice.request.id")))
                    .isEqualTo("r-1");
            assertThat(span.getResource().getAttribute(AttributeKey.stringKey("service.instance.id")))
                    .isEqualTo("worker-1");
        });
        assertThat(span("rows").getAttributes().get(AttributeKey.longKey("sluice.rows")))
                .isEqualTo(Requests.STEPS + Requests.GUIDED);
        assertThat(span("finish").getStartEpochNanos())
                .isGreaterThanOrEqualTo(span("rows").getStartEpochNanos());
        assertThat(span("settle").getEndEpochNanos())
                .isGreaterThanOrEqualTo(span("finish").getEndEpochNanos());
    }

    @Test
    void linksTheDevicesCallsToTheRequestsThatSharedThem() {
        worker.device.hold();
        request("r-1", SAMPLED);
        request("r-2", SAMPLED);
        request("r-3", NOT_SAMPLED);
        worker.device.letAllThrough();
        worker.settleAll();

        List<SpanContext> rows = exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("rows"))
                .map(SpanData::getSpanContext)
                .toList();
        List<SpanData> batches = exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("batch"))
                .toList();
        assertThat(rows).hasSize(2);
        assertThat(batches).isNotEmpty().allSatisfy(batch -> {
            assertThat(batch.getTraceId()).isNotEqualTo(TRACE);
            assertThat(rows)
                    .containsAll(batch.getLinks().stream()
                            .map(LinkData::getSpanContext)
                            .toList());
        });
        assertThat(batches.stream().flatMap(batch -> batch.getLinks().stream()).map(LinkData::getSpanContext))
                .containsAll(rows);
        assertThat(batches.stream()
                        .mapToLong(batch -> batch.getAttributes().get(AttributeKey.longKey("sluice.rows.denoiser")))
                        .sum())
                .as("rows of everybody in the calls that traced requests were in")
                .isGreaterThanOrEqualTo(2L * (Requests.STEPS + Requests.GUIDED))
                .isLessThanOrEqualTo(3L * (Requests.STEPS + Requests.GUIDED));
    }

    @Test
    void followsNobodyWhosePublisherDidNotAskForIt() {
        request("r-1", NOT_SAMPLED);
        worker.request(Requests.plain("r-2").build());
        worker.settleAll();

        assertThat(worker.completed()).hasSize(2);
        assertThat(exported.getFinishedSpanItems()).isEmpty();
    }

    @Test
    void saysWhyARequestWasStopped() {
        worker.device.hold();
        request("r-1", SAMPLED);
        worker.cancel("r-1", "changed my mind");
        worker.device.letAllThrough();
        worker.settleAll();

        assertThat(span("rows").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span("rows").getStatus().getDescription()).isEqualTo("CANCELLED");
        assertThat(exported.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .contains("settle")
                .doesNotContain("finish");
    }

    @Test
    void saysWhyARequestWasRefused() {
        Headers headers = new RecordHeaders().add("traceparent", SAMPLED.getBytes(StandardCharsets.UTF_8));
        worker.request("r-1", Requests.plain("r-1").setModel("unheard-of").build(), headers);
        worker.settleAll();

        assertThat(exported.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("admit");
        assertThat(span("admit").getStatus().getDescription()).isEqualTo("MODEL_UNKNOWN");
    }

    @Test
    void reachesACollector() throws IOException, InterruptedException {
        Queue<String> bodies = new ConcurrentLinkedQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (Traces toCollector = Traces.toCollector("worker-1", at(collector))) {
            serveOne(toCollector);
        } finally {
            collector.stop(0);
        }

        assertThat(String.join("", bodies)).contains("admit", "rows", "finish", "settle", "batch", "worker-1");
    }

    @Test
    void aCollectorThatNeverAnswersHoldsNobodyUp() throws IOException, InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        collector.start();
        try (Traces silent = Traces.toCollector("worker-1", at(collector))) {
            serveOne(silent);
        } finally {
            end.countDown();
            collector.stop(0);
        }
    }

    private void serveOne(Traces through) throws InterruptedException {
        try (SimulatedWorker traced = new SimulatedWorker(folder.resolve("other"), through, through.batches())) {
            Headers headers = new RecordHeaders().add("traceparent", SAMPLED.getBytes(StandardCharsets.UTF_8));
            traced.request("r-1", Requests.plain("r-1").build(), headers);
            traced.settleAll();
            assertThat(traced.completed()).hasSize(1);
        }
    }

    private static URI at(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void request(String id, String traceparent) {
        Headers headers = new RecordHeaders().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        worker.request(id, Requests.plain(id).build(), headers);
    }

    private SpanData span(String name) {
        return exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
