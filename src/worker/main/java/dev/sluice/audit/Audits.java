package dev.sluice.audit;

import dev.sluice.engine.JobEnd;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleException;
import dev.sluice.model.ModelException;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.RequestId;
import dev.sluice.stream.RequestEvent;
import dev.sluice.stream.RequestListener;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a share of the finished requests judged, after they are stored. {@link #on} may be called by any thread and
 * returns at once; judging is done by a thread of this object, which has the judges to itself. At most {@value #MOST_WAITING}
 * requests wait for it; more are dropped, and counted.
 */
public final class Audits implements RequestListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Audits.class);

    private static final int MOST_WAITING = 8;
    private static final long CLOSE_PATIENCE_SECONDS = 5;

    private final Map<String, Judge> judges;
    private final double share;
    private final AuditSink sink;
    private final ThreadPoolExecutor thread;

    /**
     * Audits for the bundles that have an auditor.
     *
     * @param bundles for this object alone, on the CPU; what they need comes to memory with the first audit. Closed with this
     * @param share of the requests that are judged, in [0, 1]
     * @param prepareThread readies the thread that makes the calls
     */
    public Audits(List<Bundle> bundles, double share, AuditSink sink, Runnable prepareThread) {
        judges = bundles.stream()
                .filter(bundle -> bundle.auditor().isPresent())
                .collect(Collectors.toMap(Bundle::name, Judge::new));
        this.share = share;
        this.sink = sink;
        Function<Runnable, Runnable> prepared = work -> () -> {
            prepareThread.run();
            work.run();
        };
        thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                work -> Thread.ofPlatform().name("sluice-audit").daemon(true).unstarted(prepared.apply(work)));
    }

    @Override
    public void on(RequestEvent event) {
        if (event instanceof RequestEvent.Stored stored) {
            stored(stored.request(), stored.sampled());
        }
    }

    private void stored(GenerationRequest request, JobEnd.Sampled sampled) {
        Judge judge = judges.get(request.model());
        if (judge == null || !drawn(request.id(), share)) {
            return;
        }
        OptionalLong target = judge.target(request.prompt());
        if (target.isPresent()) {
            try {
                thread.execute(() -> judge(judge, request, sampled.samples(), target.getAsLong()));
            } catch (RejectedExecutionException e) {
                sink.dropped(AuditSink.Reason.BUSY);
            }
        }
    }

    private void judge(Judge judge, GenerationRequest request, List<float[]> pictures, long target) {
        try {
            for (float[] picture : pictures) {
                judge.judge(picture, target).forEach(verdict -> sink.judged(request, verdict));
            }
        } catch (ModelException | BundleException e) {
            LOG.warn("audit_failed model={} request={}", request.model(), request.id(), e);
            sink.dropped(AuditSink.Reason.FAILED);
        }
    }

    /** Whether a request is among the share: always the same answer for the same id, whichever worker is asked. */
    static boolean drawn(RequestId id, double share) {
        // The finalizer of MurmurHash3, for String's hash leaves similar ids side by side.
        int hash = id.value().hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        hash ^= hash >>> 16;
        return Integer.toUnsignedLong(hash) < share * (1L << 32);
    }

    /** Gives up what waits to be judged. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (thread.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                judges.values().forEach(Judge::close);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
