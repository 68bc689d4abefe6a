package dev.sluice.trace;

import dev.sluice.engine.BatchObserver;
import dev.sluice.stream.Attempt;
import dev.sluice.stream.RequestEvent;
import dev.sluice.stream.RequestListener;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A worker's traces. Requests whose publishers sampled them are followed, all others cost a look at their header. Spans wait
 * for the exporter in a bounded queue; what finds no room there is dropped, so that a collector which is slow or gone slows
 * nobody down. Any thread may call.
 */
public final class Traces implements RequestListener, AutoCloseable {
    private static final int MOST_WAITING = 2048;
    private static final Duration EXPORT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final TextMapGetter<String> ONE_HEADER = new OneHeader();

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final BatchWindows windows;
    /** The attempts that are followed. Weak: one whose commit is in doubt has no last event. */
    private final Map<Attempt, RequestSpans> followed = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Traces that end in a processor.
     *
     * @param worker its id
     */
    public Traces(String worker, SpanProcessor processor) {
        provider = SdkTracerProvider.builder()
                .setSampler(new FlagSampler())
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.builder()
                                .put("service.name", "sluice")
                                .put("service.instance.id", worker)
                                .build())))
                .addSpanProcessor(processor)
                .build();
        tracer = provider.get("dev.sluice");
        windows = new BatchWindows(tracer, System::nanoTime, Traces::epochNanos);
    }

    /**
     * Traces that go to a collector.
     *
     * @param endpoint of OTLP over HTTP, without the path of its signals
     */
    public static Traces toCollector(String worker, URI endpoint) {
        String base = endpoint.toString();
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint((base.endsWith("/") ? base : base + "/") + "v1/traces")
                .setTimeout(EXPORT_PATIENCE)
                .build();
        return new Traces(
                worker,
                BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(MOST_WAITING)
                        .setExporterTimeout(EXPORT_PATIENCE)
                        .build());
    }

    @Override
    public void on(RequestEvent event) {
        if (event instanceof RequestEvent.Begun begun) {
            begin(begun.attempt());
        } else if (event instanceof RequestEvent.OfAttempt step) {
            RequestSpans spans = followed.get(step.attempt());
            if (spans != null && spans.take(step)) {
                followed.remove(step.attempt());
            }
        }
    }

    private void begin(Attempt attempt) {
        Context publisher = attempt.traceparent()
                .map(header -> W3CTraceContextPropagator.getInstance().extract(Context.root(), header, ONE_HEADER))
                .orElse(Context.root());
        if (Span.fromContext(publisher).getSpanContext().isSampled()) {
            followed.put(attempt, new RequestSpans(tracer, windows, publisher, attempt.request()));
        }
    }

    /** Observer of the engine's batches. */
    public BatchObserver batches() {
        return windows;
    }

    /** Exports what waits, for a few seconds at most. */
    @Override
    public void close() {
        windows.flush();
        provider.shutdown().join(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static long epochNanos() {
        Instant now = Clock.systemUTC().instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** A {@code traceparent} by itself. */
    private static final class OneHeader implements TextMapGetter<String> {
        @Override
        public @Nullable String get(@Nullable String header, String key) {
            return key.equals("traceparent") ? header : null;
        }
    }
}
