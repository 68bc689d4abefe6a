package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.BatchResult.Failure;
import dev.sluice.engine.device.BatchResult.Values;
import dev.sluice.engine.metering.CostSplit;
import dev.sluice.engine.sampling.Contexts;
import dev.sluice.engine.sampling.Trajectory;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.FailureCode;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a batch that was made: its time is shared out, images and prompts whose rows are all back go on, and where it
 * failed, its rows are tried again or their jobs are answered. Confined to the engine's loop.
 */
final class BatchProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(BatchProcessor.class);

    private final JobsInside jobs;
    private final BatchAccounts accounts;
    private final BatchRetries retries;
    private final EngineClock clock;
    private final Duration progressInterval;

    BatchProcessor(
            JobsInside jobs,
            BatchAccounts accounts,
            BatchRetries retries,
            EngineClock clock,
            Duration progressInterval) {
        this.jobs = jobs;
        this.accounts = accounts;
        this.retries = retries;
        this.clock = clock;
        this.progressInterval = progressInterval;
    }

    void process(ScheduledBatch batch, BatchResult result) {
        accounts.made(batch, result);
        switch (result.yield()) {
            case Values(FloatBuffer values) -> {
                batch.queue().served().breaker().succeeded(batch.network());
                accounts.succeeded(batch, result);
                share(batch, values, result);
            }
            case Failure failure -> {
                accounts.failed(batch, result);
                if (retries.worthwhile(batch, failure)) {
                    batch.queue()
                            .scheduler()
                            .putBack(batch.rows().stream()
                                    .filter(row -> !row.job().ended())
                                    .toList());
                } else {
                    fail(batch, failure);
                }
            }
        }
    }

    private void share(ScheduledBatch batch, FloatBuffer values, BatchResult result) {
        CostSplit split = batch.split(result.nanos());
        List<JobRow> lastRows = new ArrayList<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            JobRow row = batch.rows().get(i);
            DeviceUsage usage = split.usage(batch.network(), i);
            if (row.job().ended()) {
                accounts.meter().writtenOff(usage);
                continue;
            }
            row.job().charge(row.role(), usage, result.startNanos());
            if (row.source().receive(row.role(), values, i)) {
                lastRows.add(row);
            }
        }
        lastRows.forEach(this::goOn);
    }

    /** All rows of an image's step, or of a prompt, are back. */
    private void goOn(JobRow lastRow) {
        Job job = lastRow.job();
        if (!job.ended()) {
            switch (lastRow.source()) {
                case Trajectory trajectory -> step(job, trajectory);
                case Contexts contexts -> prompted(job, contexts);
            }
        }
    }

    private void prompted(Job job, Contexts contexts) {
        if (contexts.finite()) {
            jobs.queueOf(job).scheduler().add(job);
        } else {
            jobs.stop(job, FailureCode.NUMERIC_FAULT, "the prompt's encoding is NaN or infinite somewhere");
        }
    }

    private void step(Job job, Trajectory trajectory) {
        if (!trajectory.step()) {
            jobs.stop(job, FailureCode.NUMERIC_FAULT, "a sample turned NaN or infinite");
            return;
        }
        job.stepTaken(clock.nanos(), progressInterval);
        if (!trajectory.done()) {
            job.rowsFor(trajectory).forEach(jobs.queueOf(job).scheduler()::add);
        } else if (job.imageDone()) {
            jobs.complete(job, clock.nanos());
            return;
        }
        job.offerSnapshot();
    }

    /** Answers every job in the batch, and all of the bundle's once it has failed too often. */
    private void fail(ScheduledBatch batch, Failure failure) {
        BundleQueue queue = batch.queue();
        LOG.error(
                "call_failed bundle={} network={} rows={}",
                queue.name(),
                batch.network(),
                batch.rows().size(),
                failure.cause());
        // First, so that whoever hears of a job's end finds no door open that isn't.
        boolean outOfService = queue.served().breaker().failed(batch.network());
        queue.reload();
        batch.rows().stream()
                .map(JobRow::job)
                .distinct()
                .forEach(job -> jobs.stop(job, FailureCode.ENGINE_FAULT, "the device failed during a call"));
        if (outOfService) {
            LOG.error("bundle_out_of_service bundle={}", queue.name());
            jobs.stopAllOf(queue.served(), FailureCode.ENGINE_FAULT, "the bundle keeps failing");
        }
    }
}
