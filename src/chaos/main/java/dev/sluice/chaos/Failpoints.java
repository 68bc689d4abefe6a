package dev.sluice.chaos;

import dev.sluice.request.RequestId;
import dev.sluice.stream.Milestone;
import dev.sluice.stream.Milestones;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Named points at which a worker can be held, so that it is killed just there. The thread that reaches an armed point says
 * so and stands still for ever. Any thread may arm; the worker's threads pass.
 */
public final class Failpoints implements Milestones {
    private final Consumer<String> reports;
    private final Map<Milestone, AtomicInteger> armed = new ConcurrentHashMap<>();

    /** @param reports takes {@code at MILESTONE REQUEST-ID}, on the thread that then stands still */
    public Failpoints(Consumer<String> reports) {
        this.reports = reports;
    }

    /** Holds the thread of the {@code count}th request from now that reaches the milestone. */
    public void arm(Milestone milestone, int count) {
        armed.put(milestone, new AtomicInteger(count));
    }

    @Override
    public void reached(Milestone milestone, RequestId request) {
        AtomicInteger left = armed.get(milestone);
        if (left != null && left.decrementAndGet() == 0) {
            reports.accept("at " + milestone + " " + request.value());
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
