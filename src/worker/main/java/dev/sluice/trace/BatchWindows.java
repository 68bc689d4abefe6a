package dev.sluice.trace;

import dev.sluice.engine.BatchObserver;
import dev.sluice.engine.BatchRun;
import dev.sluice.request.Network;
import dev.sluice.request.RequestId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A span {@code batch} for each second in which the device ran batches with rows of a traced request, linked to the {@code
 * rows} spans of those requests. A span for each batch would be hundreds a second, all alike; what a window tells is who
 * shared the device, in how many batches, and how full they were.
 *
 * <p>Batches come on the engine's thread, requests come and go on the stream's and the engine's. Nobody waits but for a few
 * additions.
 */
final class BatchWindows implements BatchObserver {
    static final Duration LENGTH = Duration.ofSeconds(1);

    /** Requests that a span links to at most; all are counted. */
    static final int MOST_LINKS = 64;

    private final Tracer tracer;
    private final LongSupplier nanos;
    private final LongSupplier epochNanos;
    private final Map<RequestId, SpanContext> inside = new ConcurrentHashMap<>();
    /** Guarded by this. */
    private @Nullable Window open;

    /**
     * No window yet.
     *
     * @param nanos the engine's clock
     * @param epochNanos the calendar
     */
    BatchWindows(Tracer tracer, LongSupplier nanos, LongSupplier epochNanos) {
        this.tracer = tracer;
        this.nanos = nanos;
        this.epochNanos = epochNanos;
    }

    /** A traced request's rows may be in batches from now on. */
    void entered(RequestId request, SpanContext rows) {
        inside.put(request, rows);
    }

    /** No more of its rows will be. */
    void left(RequestId request) {
        if (inside.remove(request) != null && inside.isEmpty()) {
            flush();
        }
    }

    @Override
    public void made(BatchRun batch) {
        if (!inside.isEmpty()) {
            take(batch);
        }
    }

    private synchronized void take(BatchRun batch) {
        if (open != null && batch.startNanos() - open.startNanos >= LENGTH.toNanos()) {
            flush();
        }
        Window window = open;
        if (window == null) {
            window = new Window(batch.startNanos());
            open = window;
        }
        window.add(batch, inside);
    }

    /** Ends the window under way. */
    synchronized void flush() {
        Window window = open;
        open = null;
        if (window != null && !window.traced.isEmpty()) {
            window.export(tracer, epochNanos.getAsLong() - nanos.getAsLong());
        }
    }

    /** What the device did for a while. */
    private static final class Window {
        private final long startNanos;
        private long endNanos;
        private long deviceNanos;
        private long failed;
        private long padding;
        private final Map<Network, Long> rows = new EnumMap<>(Network.class);
        private final Map<Network, Long> batches = new EnumMap<>(Network.class);
        private final TreeSet<String> bundles = new TreeSet<>();
        private final Map<RequestId, SpanContext> traced = new LinkedHashMap<>();

        Window(long startNanos) {
            this.startNanos = startNanos;
        }

        void add(BatchRun batch, Map<RequestId, SpanContext> inside) {
            endNanos = batch.startNanos() + batch.nanos();
            deviceNanos += batch.nanos();
            failed += batch.failed() ? 1 : 0;
            padding += batch.batchSize() - batch.rows();
            rows.merge(batch.network(), (long) batch.rows(), Long::sum);
            batches.merge(batch.network(), 1L, Long::sum);
            bundles.add(batch.bundle());
            for (RequestId request : batch.requests().get()) {
                SpanContext span = inside.get(request);
                if (span != null) {
                    traced.put(request, span);
                }
            }
        }

        void export(Tracer tracer, long toEpoch) {
            SpanBuilder span = tracer.spanBuilder("batch")
                    .setNoParent()
                    .setStartTimestamp(startNanos + toEpoch, TimeUnit.NANOSECONDS)
                    .setAttribute(
                            AttributeKey.stringArrayKey("sluice.bundles"),
                            bundles.stream().toList())
                    .setAttribute("sluice.requests.traced", traced.size())
                    .setAttribute("sluice.device.nanos", deviceNanos)
                    .setAttribute("sluice.rows.padding", padding)
                    .setAttribute("sluice.calls.failed", failed);
            rows.forEach((network, many) -> span.setAttribute("sluice.rows." + network.label(), many));
            batches.forEach((network, many) -> span.setAttribute("sluice.calls." + network.label(), many));
            traced.values().stream().limit(MOST_LINKS).forEach(span::addLink);
            span.startSpan().end(endNanos + toEpoch, TimeUnit.NANOSECONDS);
        }
    }
}
