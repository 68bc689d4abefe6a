package dev.sluice.engine;

import dev.sluice.model.Bundle;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Refusal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs guided sampling for many requests at once, on one thread that owns the device.
 *
 * <p>{@link #submit}, {@link #hasRoom} and the handles may be used from any thread: what they ask for goes through an
 * unbounded inbox that the engine's thread empties between two calls. The bound is {@link #hasRoom}: callers take
 * nothing new on while it is false, and a caller that has to (resubmitting after a restart) never waits.
 */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final EngineSettings settings;
    private final EngineClock clock;
    private final DeviceMeter meter = new DeviceMeter();
    private final EngineLoop loop;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger imagesInside = new AtomicInteger();
    private final AtomicLong arrivals = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable Throwable fault;

    /**
     * An engine that is not started yet.
     *
     * @param bundles by whose names requests choose
     * @param prepareThread readies the engine's thread for the device, before anything else runs on it
     */
    public Engine(List<Bundle> bundles, EngineSettings settings, EngineClock clock, Runnable prepareThread) {
        this.settings = settings;
        this.clock = clock;
        loop = new EngineLoop(bundles, settings, clock, meter);
        thread = Thread.ofPlatform().name("sluice-engine").daemon(true).unstarted(() -> run(prepareThread));
    }

    /** Starts the engine's thread and waits until every bundle has made its first call. */
    public void start() throws InterruptedException {
        thread.start();
        ready.await();
        if (fault != null) {
            throw new IllegalStateException("the engine did not start", fault);
        }
    }

    /**
     * Takes a request on, or says why not.
     *
     * @param listener hears of the job on the engine's thread
     */
    public Admission submit(GenerationRequest request, JobListener listener) {
        Lane lane = loop.lanes().get(request.model());
        if (lane == null) {
            return new Admission.Rejected(new Refusal(
                    FailureCode.MODEL_UNKNOWN,
                    "model",
                    "no bundle of that name; this worker serves "
                            + String.join(", ", loop.lanes().keySet())));
        }
        Recipe recipe;
        try {
            recipe = lane.recipes().recipe(request);
        } catch (InvalidFieldException e) {
            return new Admission.Rejected(e.asRefusal());
        }
        imagesInside.addAndGet(request.images());
        Job job = new Job(
                request,
                recipe,
                lane,
                new Departure(request.images(), listener),
                clock.nanos(),
                arrivals.getAndIncrement());
        post(() -> loop.submit(job));
        return new Admission.Accepted(new Handle(job));
    }

    /** Whether the engine wants more work. */
    public boolean hasRoom() {
        return imagesInside.get() < settings.maxImages();
    }

    /** Images inside, waiting or under way. */
    public int imagesInside() {
        return imagesInside.get();
    }

    public DeviceMeter meter() {
        return meter;
    }

    /** Whether the engine's thread is up and has met no bug. */
    public boolean healthy() {
        return thread.isAlive() && fault == null;
    }

    /** Ends the thread after the call under way. Jobs inside end without a word, as if abandoned. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(Runnable command) {
        inbox.add(command);
        LockSupport.unpark(thread);
    }

    private void run(Runnable prepareThread) {
        try {
            prepareThread.run();
            loop.warmUp();
            ready.countDown();
            while (!closing) {
                drainInbox();
                if (loop.idle()) {
                    LockSupport.park(this);
                } else {
                    loop.tick();
                }
            }
        } catch (RuntimeException | Error e) {
            fault = e;
            LOG.error("engine_stopped", e);
        } finally {
            ready.countDown();
        }
    }

    private void drainInbox() {
        for (Runnable command = inbox.poll(); command != null; command = inbox.poll()) {
            command.run();
        }
    }

    private final class Handle implements JobHandle {
        private final Job job;

        Handle(Job job) {
            this.job = job;
        }

        @Override
        public void cancel(String reason) {
            post(() -> loop.cancel(job, reason));
        }

        @Override
        public void abandon() {
            post(() -> {
                if (!job.ended()) {
                    loop.abandon(job);
                    imagesInside.addAndGet(-job.request().images());
                }
            });
        }
    }

    /** Makes room when a job ends, before its owner hears of it. */
    private final class Departure implements JobListener {
        private final int images;
        private final JobListener listener;

        Departure(int images, JobListener listener) {
            this.images = images;
            this.listener = listener;
        }

        @Override
        public void progressed(int step) {
            listener.progressed(step);
        }

        @Override
        public void ended(JobEnd end) {
            imagesInside.addAndGet(-images);
            listener.ended(end);
        }
    }
}
