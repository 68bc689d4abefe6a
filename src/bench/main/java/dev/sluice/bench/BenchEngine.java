package dev.sluice.bench;

import dev.sluice.engine.Admission;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.Batches;
import dev.sluice.model.Bundle;
import dev.sluice.request.GenerationRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine behind a {@link Turnstile}, which works only while it has a turn. Used by the measuring thread; the engine's
 * threads tell it of ends.
 */
final class BenchEngine implements AutoCloseable {
    private final Turnstile turnstile = new Turnstile();
    private final Engine engine;
    private final AtomicInteger jobsInside = new AtomicInteger();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private Turn total = Turn.NOTHING;

    BenchEngine(Bundle bundle, EngineSettings settings, Runnable prepareThread) throws InterruptedException {
        engine = new Engine(
                List.of(turnstile.at(bundle)),
                settings,
                EngineEnvironment.of(EngineClock.SYSTEM).withPreparedThread(prepareThread));
        engine.start();
        turnstile.shut();
    }

    /** Hands requests over; they are worked on in the next turns. */
    void submit(List<GenerationRequest> requests) {
        // Counted before the first may end.
        jobsInside.addAndGet(requests.size());
        for (GenerationRequest request : requests) {
            if (engine.submit(request, new Ends()) instanceof Admission.Rejected rejected) {
                throw new IllegalStateException("the engine refused a request of the bench: " + rejected.refusal());
            }
        }
    }

    /** Submits until so many images are inside. */
    void topUp(int images, Supplier<GenerationRequest> next) {
        while (engine.imagesInside() < images) {
            submit(List.of(next.get()));
        }
    }

    /** Works until {@code over} says so, or everything submitted has ended. */
    Turn run(Predicate<Turn> over) throws InterruptedException {
        if (done()) {
            return Turn.NOTHING;
        }
        Turn turn = turnstile.run(over, () -> engine.healthy() && failure.get() == null);
        String failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a request of the bench failed: " + failed);
        }
        total = total.plus(turn);
        return turn;
    }

    boolean done() {
        return jobsInside.get() == 0;
    }

    /** All turns so far. */
    Turn total() {
        return total;
    }

    /** What the engine itself reports of its batches. */
    Batches calls() {
        return engine.batches();
    }

    /** Ends the engine, whatever is inside. */
    @Override
    public void close() {
        turnstile.free();
        engine.close();
    }

    private final class Ends implements JobListener {
        @Override
        public void progressed(int step) {}

        @Override
        public void ended(JobEnd end) {
            if (end instanceof JobEnd.Stopped stopped) {
                failure.set(stopped.code() + " " + stopped.message());
                turnstile.finish();
            }
            if (jobsInside.decrementAndGet() == 0) {
                turnstile.finish();
            }
        }
    }
}
