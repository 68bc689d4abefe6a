package dev.sluice.engine;

import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.DeviceThread;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleException;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BundleDefaults;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs guided sampling for many requests at once. One thread schedules batches and takes steps, one owns the device, and a few
 * make noise ahead of need.
 *
 * <p>{@link #submit}, {@link #hasRoom} and the handles may be used from any thread: what they ask for goes through an
 * unbounded inbox that the engine's thread empties between two rounds. The bound is {@link #hasRoom}: callers take
 * nothing new on while it is false, and a caller that has to (resubmitting after a restart) never waits.
 */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final EngineSettings settings;
    private final EngineClock clock;
    private final Heartbeat heartbeat;
    private final DeviceMeter meter;
    private final DeviceThread device;
    private final ExecutorService noiseMaker;
    private final EngineLoop loop;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger imagesInside = new AtomicInteger();
    private final AtomicLong arrivals = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;
    private final CompletableFuture<Throwable> fault = new CompletableFuture<>();

    /**
     * An engine that is not started yet.
     *
     * @param bundles by whose names requests choose
     */
    public Engine(List<Bundle> bundles, EngineSettings settings, EngineEnvironment environment) {
        meter = new DeviceMeter(environment.deviceTime());
        this.settings = settings;
        clock = environment.clock();
        heartbeat = new Heartbeat(clock);
        device = new DeviceThread(clock);
        noiseMaker = Executors.newFixedThreadPool(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 4),
                Thread.ofPlatform().name("sluice-noise-", 0).daemon(true).factory());
        List<BundleQueue> queues = bundles.stream()
                .map(bundle -> new BundleQueue(bundle, settings, clock))
                .toList();
        loop = new EngineLoop(queues, settings, clock, device, new BatchAccounts(meter, environment.batches()));
        thread = Thread.ofPlatform()
                .name("sluice-engine")
                .daemon(true)
                .unstarted(() -> run(environment.prepareThread()));
    }

    /**
     * Starts the engine's threads and waits until every bundle has made its first batch.
     *
     * @throws BundleException if a bundle does not load
     * @throws IllegalStateException if the engine can't start for another reason, which is the cause
     */
    public void start() throws InterruptedException {
        thread.start();
        ready.await();
        switch (fault.getNow(null)) {
            case null -> {}
            case BundleException e -> throw e;
            case Throwable e -> throw new IllegalStateException("the engine did not start", e);
        }
    }

    /**
     * Takes a request on, or says why not.
     *
     * @param listener hears of the job on the engine's thread
     */
    public Admission submit(GenerationRequest request, JobListener listener) {
        return submit(request, listener, Optional.empty());
    }

    /**
     * Takes a request on that another engine may have begun, or says why not.
     *
     * @param listener hears of the job on the engine's thread
     * @param from where the other engine left it: the images will have the bits that they would have had there. A
     *     snapshot of another bundle, other batch sizes or another plan is not used, and the request begins anew
     */
    public Admission submit(GenerationRequest request, JobListener listener, Optional<JobSnapshot> from) {
        BundleQueue queue = loop.queues().get(request.model());
        if (queue == null) {
            return new Admission.Rejected(new Refusal(
                    FailureCode.MODEL_UNKNOWN,
                    "model",
                    "there is no bundle " + request.model() + " here; this worker serves "
                            + String.join(", ", loop.queues().keySet())));
        }
        ServedBundle bundle = queue.served();
        if (bundle.breaker().open()) {
            return new Admission.Rejected(
                    new Refusal(FailureCode.ENGINE_FAULT, "model", "the bundle keeps failing on this worker"));
        }
        SamplingPlan samplingPlan;
        try {
            samplingPlan = bundle.samplingPlans().admitted(request);
        } catch (InvalidFieldException e) {
            return new Admission.Rejected(e.asRefusal());
        } catch (RuntimeException e) {
            // One that nobody foresaw would come back with the record, again and again, and keep its partition.
            LOG.error("request_failed request={} stage=admission", request.id(), e);
            return new Admission.Rejected(
                    new Refusal(FailureCode.ENGINE_FAULT, "model", "the engine could not plan it: " + e.getMessage()));
        }
        imagesInside.addAndGet(request.images());
        Submission submission = new Submission(
                request,
                samplingPlan,
                new Departure(request.images(), listener),
                clock.nanos(),
                arrivals.getAndIncrement(),
                from.filter(snapshot -> fits(snapshot, request, samplingPlan, bundle)));
        Job job = new Job(submission, bundle, noiseMaker);
        post(() -> loop.submit(job));
        return new Admission.Accepted(new Handle(job));
    }

    private static boolean fits(
            JobSnapshot snapshot, GenerationRequest request, SamplingPlan samplingPlan, ServedBundle bundle) {
        boolean fits = snapshot.fits(request, samplingPlan, bundle.bundle(), bundle.batchShape());
        if (fits) {
            LOG.info(
                    "job_resumed request={} images={}",
                    request.id(),
                    snapshot.images().size());
        } else {
            LOG.info(
                    "snapshot_refused request={} bundle={} calls={}",
                    request.id(),
                    snapshot.bundle(),
                    snapshot.batches());
        }
        return fits;
    }

    /** Whether the engine wants more work: it hasn't met a bug, it isn't full, and some bundle is in service. */
    public boolean hasRoom() {
        return !fault.isDone() && imagesInside.get() < settings.maxImages() && inService();
    }

    /** Completes with the bug that has ended the engine's thread, if one does: nothing inside will come out then. */
    public CompletionStage<Throwable> fault() {
        return fault;
    }

    /** Images inside, waiting or under way. */
    public int imagesInside() {
        return imagesInside.get();
    }

    public DeviceMeter meter() {
        return meter;
    }

    /** Rows and batches so far. */
    public Batches batches() {
        return loop.batches();
    }

    /** What each bundle samples with where a request has no opinion. By bundle name. */
    public Map<String, BundleDefaults> defaults() {
        return ofBundles(bundle -> bundle.manifest().requestDefaults());
    }

    /** How large a bundle's batches are now: as set, or smaller where the device ran out of memory. By bundle name. */
    public Map<String, BatchShape> batchShapes() {
        return ofBundles(ServedBundle::batchShape);
    }

    /** How large a bundle's batches were set to be. By bundle name. */
    public Map<String, BatchShape> batchShapesAsSet() {
        return ofBundles(ServedBundle::batchShapeAsSet);
    }

    /** What is still to be done for each bundle. By bundle name. */
    public Map<String, Backlog> backlogs() {
        return ofBundles(ServedBundle::backlog);
    }

    /** Whether a bundle takes requests: it hasn't kept failing. */
    public boolean inService(String bundle) {
        BundleQueue queue = loop.queues().get(bundle);
        return queue != null && !queue.served().breaker().open();
    }

    private <T> Map<String, T> ofBundles(Function<ServedBundle, T> property) {
        Map<String, T> properties = new TreeMap<>();
        loop.queues().forEach((name, queue) -> properties.put(name, property.apply(queue.served())));
        return properties;
    }

    /** Whether the engine's thread is up and has met no bug, and not every bundle keeps failing. */
    public boolean healthy() {
        return ailment().isEmpty();
    }

    /** What keeps the engine from serving, in a sentence; nothing where it serves. */
    public Optional<String> ailment() {
        if (!thread.isAlive() || fault.isDone()) {
            return Optional.of("the engine has stopped; the log has engine_stopped");
        }
        return inService()
                ? Optional.empty()
                : Optional.of(
                        "no bundle is in service: the calls of each keep failing; the log has bundle_out_of_service");
    }

    /**
     * How long the engine has been waiting for the batch under way; zero where it has nothing to do. A device that hangs is
     * known by a silence longer than its longest batch.
     */
    public Duration silence() {
        return heartbeat.silence();
    }

    private boolean inService() {
        return loop.queues().isEmpty()
                || loop.queues().values().stream()
                        .anyMatch(queue -> !queue.served().breaker().open());
    }

    /**
     * Ends the threads after the batches under way. Jobs inside end without a word, as if abandoned; after that the meter
     * stands still, and all that no job was charged for is overhead.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        device.close();
        noiseMaker.close();
    }

    private void post(Runnable command) {
        inbox.add(command);
        LockSupport.unpark(thread);
    }

    private void run(Runnable prepareThread) {
        try {
            device.prepare(prepareThread);
            loop.warmUp();
            ready.countDown();
            while (!closing) {
                drainInbox();
                if (loop.idle()) {
                    heartbeat.rest();
                    LockSupport.park(this);
                } else {
                    heartbeat.beat();
                    loop.tick();
                }
            }
            drainInbox();
            loop.close();
        } catch (RuntimeException | Error e) {
            LOG.error("engine_stopped", e);
            fault.complete(e);
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
        public void stop(FailureCode code, String reason) {
            post(() -> loop.stop(job, code, reason));
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

    /** Makes room when a job ends, before its owner hears of it; and lets no owner's fault stop the engine. */
    private final class Departure implements JobListener {
        private final int images;
        private final JobListener listener;

        Departure(int images, JobListener listener) {
            this.images = images;
            this.listener = listener;
        }

        @Override
        public void started() {
            tell(listener::started);
        }

        @Override
        public void progressed(int step) {
            tell(() -> listener.progressed(step));
        }

        @Override
        public void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
            tell(() -> listener.stepped(stepsLeft, snapshot));
        }

        @Override
        public void ended(JobEnd end) {
            imagesInside.addAndGet(-images);
            tell(() -> listener.ended(end));
        }

        private static void tell(Runnable news) {
            try {
                news.run();
            } catch (RuntimeException e) {
                LOG.error("listener_failed", e);
            }
        }
    }
}
