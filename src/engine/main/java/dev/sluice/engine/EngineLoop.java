package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.BundleResidency;
import dev.sluice.engine.device.Device;
import dev.sluice.engine.metering.Batches;
import dev.sluice.request.FailureCode;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the engine does, round by round: <em>schedule</em> batches while the device is busy, let it <em>run</em> them, and
 * <em>process</em> the results of the oldest.
 *
 * <p>These hold between two {@link #tick}s. Every row of a job inside waits in its queue or is in a batch under way. No
 * image of a job has started before its prompt's encoding is there. A job that ended has neither rows nor a charge to
 * come: what its rows in batches under way cost is overhead. Device time is charged or overhead, to the nanosecond.
 * Confined to one thread, and deterministic but for its clock and device.
 */
final class EngineLoop {
    /** One batch that the device makes, one that waits for it: so the device never waits for the loop. */
    private static final int MOST_BATCHES_UNDER_WAY = 2;

    private final EngineClock clock;
    private final Device device;
    private final BatchAccounts accounts;
    private final BundleResidency residency;
    private final Map<String, BundleQueue> queues;
    private final JobsInside jobs;
    private final BatchSource source;
    private final BatchProcessor processor;
    private final WarmUp warmUp;
    /** Oldest first. */
    private final Deque<ScheduledBatch> underWay = new ArrayDeque<>();

    private long round;

    EngineLoop(
            List<BundleQueue> queues,
            EngineSettings settings,
            EngineClock clock,
            Device device,
            BatchAccounts accounts) {
        this.clock = clock;
        this.device = device;
        this.accounts = accounts;
        Map<String, BundleQueue> byName = new LinkedHashMap<>();
        queues.forEach(queue -> byName.put(queue.name(), queue));
        this.queues = Collections.unmodifiableMap(byName);
        residency = new BundleResidency(settings.deviceMemory(), settings.bundlePatience(), clock);
        jobs = new JobsInside(this.queues, accounts.meter());
        source = new BatchSource(queues, residency);
        BatchRetries retries = new BatchRetries(residency);
        processor = new BatchProcessor(jobs, accounts, retries, clock, settings.progressInterval());
        warmUp = new WarmUp(clock, device, residency, retries, accounts);
    }

    /** By bundle name; never changes, so any thread may read it. */
    Map<String, BundleQueue> queues() {
        return queues;
    }

    /** Rows and batches so far. Any thread may ask. */
    Batches batches() {
        return accounts.batches();
    }

    /** Whether there is nothing to do. */
    boolean idle() {
        return jobs.isEmpty() && underWay.isEmpty();
    }

    /** Brings each bundle to the device and batches its networks once, smaller if they don't fit. */
    void warmUp() {
        queues.values().forEach(warmUp::run);
    }

    void submit(Job job) {
        jobs.enter(job, round, clock.nanos());
    }

    /** Ends a job as failed, unless it has ended. */
    void stop(Job job, FailureCode code, String message) {
        jobs.stop(job, code, message);
    }

    /** Ends a job without a word to its owner. */
    void abandon(Job job) {
        jobs.abandon(job);
    }

    /** One round: gets batches ready for as long as the device takes them, then uses the results of the oldest. */
    void tick() {
        round++;
        jobs.expire(clock.now());
        schedule();
        processOldest();
    }

    /** Uses the batches under way and abandons every job inside, so that the meter is complete. */
    void close() {
        while (!underWay.isEmpty()) {
            processOldest();
        }
        jobs.abandonAll();
    }

    private void schedule() {
        while (underWay.size() < MOST_BATCHES_UNDER_WAY) {
            Optional<ScheduledBatch> next = source.next(this::isUnderWay);
            if (next.isEmpty()) {
                return;
            }
            run(next.get());
        }
    }

    private boolean isUnderWay(BundleQueue queue) {
        return underWay.stream().anyMatch(batch -> batch.queue() == queue);
    }

    private void run(ScheduledBatch batch) {
        underWay.addLast(batch);
        accounts.scheduled(batch);
        device.start(batch.batch());
    }

    /** Waits for the device, where it isn't done with the oldest batch. */
    private void processOldest() {
        ScheduledBatch oldest = underWay.pollFirst();
        if (oldest != null) {
            BatchResult result = device.take();
            residency.arrived(oldest.queue().resident(), result.startNanos());
            processor.process(oldest, result);
        }
    }
}
