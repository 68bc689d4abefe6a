package dev.sluice.chaos;

import dev.sluice.request.RequestId;
import dev.sluice.stream.RequestEvent;
import dev.sluice.stream.RequestListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Named points at which a worker can be held, so that it is killed just there. The thread that reaches an armed point says
 * so and stands still for ever. Any thread may arm; the worker's threads pass.
 */
final class Failpoints implements RequestListener {
    private final Consumer<String> reports;
    private final Map<Milestone, AtomicInteger> armed = new ConcurrentHashMap<>();

    /** @param reports takes {@code at MILESTONE REQUEST-ID}, on the thread that then stands still */
    Failpoints(Consumer<String> reports) {
        this.reports = reports;
    }

    /** Holds the thread of the {@code count}th request from now that reaches the milestone. */
    void arm(Milestone milestone, int count) {
        armed.put(milestone, new AtomicInteger(count));
    }

    @Override
    public void on(RequestEvent event) {
        switch (event) {
            case RequestEvent.Taken taken -> reached(Milestone.POLLED, taken.requestId());
            case RequestEvent.Recorded recorded -> reached(Milestone.PENDING, recorded.requestId());
            case RequestEvent.Batched batched -> reached(Milestone.BATCHED, id(batched));
            case RequestEvent.Stepped stepped -> reached(Milestone.SAMPLING, id(stepped));
            case RequestEvent.Encoded encoded -> reached(Milestone.ENCODED, encoded.requestId());
            case RequestEvent.Stored stored ->
                reached(Milestone.UPLOADED, stored.request().id());
            case RequestEvent.Settling settling -> reached(Milestone.SETTLED, settling.requestId());
            case RequestEvent.Settled settled ->
                reached(Milestone.COMMITTED, settled.request().id());
            case RequestEvent.Refused refused -> {}
            case RequestEvent.Incurred incurred -> {}
            case RequestEvent.OfAttempt other -> {}
        }
    }

    private static RequestId id(RequestEvent.OfAttempt event) {
        return event.attempt().request().id();
    }

    private void reached(Milestone milestone, RequestId request) {
        reached(milestone, request.value());
    }

    private void reached(Milestone milestone, String request) {
        AtomicInteger left = armed.get(milestone);
        if (left != null && left.decrementAndGet() == 0) {
            reports.accept("at " + milestone + " " + request);
            standStill();
        }
    }

    /** Interrupts are swallowed: a pool that shuts down must not get past the point. */
    private static void standStill() {
        while (true) {
            LockSupport.park();
            Thread.interrupted();
        }
    }
}
