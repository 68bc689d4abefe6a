package dev.sluice.chaos;

import dev.sluice.chaos.checker.Publication;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a plan's traffic, evenly over its duration, and slower where workers don't keep up. A thread of its own
 * publishes; any thread may ask.
 */
final class Crowd {
    private static final Logger LOG = LoggerFactory.getLogger(Crowd.class);
    /** Requests without an outcome above which nothing new is published. */
    private static final int MOST_OUTSTANDING = 400;

    private static final Duration LOOK = Duration.ofMillis(50);

    private final ChaosPlan plan;
    private final ChaosTraffic traffic;
    private final Publisher publisher;
    private final OutcomeWatch watch;
    private final Thread thread;

    private Crowd(ChaosPlan plan, Stage stage, LongSupplier nanos) {
        this.plan = plan;
        traffic = stage.traffic();
        publisher = stage.publisher();
        watch = stage.watch();
        thread = Thread.ofPlatform().name("chaos-crowd").daemon(true).unstarted(() -> publishAll(nanos));
    }

    static Crowd start(ChaosPlan plan, Stage stage) {
        Crowd crowd = new Crowd(plan, stage, System::nanoTime);
        crowd.thread.start();
        return crowd;
    }

    boolean done() {
        return !thread.isAlive();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    private void publishAll(LongSupplier nanos) {
        long start = nanos.getAsLong();
        long perRequest = plan.duration().toNanos() / plan.requests();
        int requests = 0;
        try {
            while (requests < plan.requests()) {
                List<Delivery> group = traffic.next();
                group.forEach(publisher::publish);
                requests += (int) group.stream()
                        .filter(delivery -> delivery.kind() == Publication.Kind.REQUEST)
                        .count();
                awaitTurn(start + requests * perRequest, nanos);
            }
            LOG.info("published requests={}", requests);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitTurn(long turn, LongSupplier nanos) throws InterruptedException {
        while (nanos.getAsLong() < turn || watch.outstanding() > MOST_OUTSTANDING) {
            Thread.sleep(LOOK);
        }
    }
}
