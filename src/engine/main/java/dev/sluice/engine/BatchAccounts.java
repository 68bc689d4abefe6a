package dev.sluice.engine;

import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.BatchResult.Failure;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.metering.DeviceMeter;
import java.util.stream.Collectors;

/**
 * Keeps account of batches: what they carried, whose device time they were, and who is told of them. Written by the engine's
 * loop; any thread may ask for {@link #batches}.
 */
final class BatchAccounts {
    private final DeviceMeter meter;
    private final BatchObserver observer;
    private volatile Batches batches = Batches.NONE;

    BatchAccounts(DeviceMeter meter, BatchObserver observer) {
        this.meter = meter;
        this.observer = observer;
    }

    DeviceMeter meter() {
        return meter;
    }

    /** Rows and batches so far, warm-up left out. */
    Batches batches() {
        return batches;
    }

    /** A batch goes to the device. */
    void scheduled(ScheduledBatch batch) {
        batches = batches.plus(
                batch.rows().size(), batch.padding(), batch.queue().scheduler().workWaits());
    }

    /** A batch of padding was made. */
    void warmedUp(BatchResult result) {
        meter.wasted(result.batch().network(), result.overheadNanos() + result.nanos());
    }

    /** A batch was made, whatever came of it: what it cost before it began is nobody's. */
    void made(ScheduledBatch batch, BatchResult result) {
        if (result.overheadNanos() > 0) {
            meter.wasted(batch.network(), result.overheadNanos());
        }
        observer.made(new BatchRun(
                batch.queue().name(),
                batch.network(),
                /* rows= */ batch.rows().size(),
                /* batchSize= */ batch.batch().buffers().rows(),
                result.startNanos(),
                result.nanos(),
                result.yield() instanceof Failure,
                () -> batch.rows().stream().map(row -> row.job().request().id()).collect(Collectors.toSet())));
    }

    /** A batch has results, so its time is charged to its rows. */
    void succeeded(ScheduledBatch batch, BatchResult result) {
        meter.charged(batch.network(), result.nanos());
        batch.queue().served().backlog().measured(batch.rows().size(), result.nanos());
    }

    /** A batch came to nothing. */
    void failed(ScheduledBatch batch, BatchResult result) {
        meter.wasted(batch.network(), result.nanos());
    }
}
