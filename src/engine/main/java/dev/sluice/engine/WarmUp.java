package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.BatchResult.Failure;
import dev.sluice.engine.device.BundleResidency;
import dev.sluice.engine.device.Device;
import dev.sluice.request.Network;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a bundle to the device and evaluates each of its networks once, in smaller batches if need be, so that the first request
 * doesn't pay for what comes once. Confined to the engine's loop, before its first round.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private final EngineClock clock;
    private final Device device;
    private final BundleResidency residency;
    private final BatchRetries retries;
    private final BatchAccounts accounts;

    WarmUp(EngineClock clock, Device device, BundleResidency residency, BatchRetries retries, BatchAccounts accounts) {
        this.clock = clock;
        this.device = device;
        this.residency = residency;
        this.retries = retries;
        this.accounts = accounts;
    }

    void run(BundleQueue queue) {
        long start = clock.nanos();
        long loadingNanos = 0;
        List<ScheduledBatch> toMake = queue.warmUpBatches(residency);
        while (!toMake.isEmpty()) {
            toMake.forEach(batch -> device.start(batch.batch()));
            boolean again = false;
            for (ScheduledBatch batch : toMake) {
                BatchResult result = device.take();
                loadingNanos += result.overheadNanos();
                accounts.warmedUp(result);
                residency.arrived(queue.resident(), result.startNanos());
                if (result.yield() instanceof Failure failure) {
                    if (!retries.worthwhile(batch, failure)) {
                        throw failure.cause();
                    }
                    again = true;
                } else if (batch.network() == Network.DENOISER) {
                    queue.served().backlog().guess(batch.size(), result.nanos());
                }
            }
            toMake = again ? queue.warmUpBatches(residency) : List.of();
        }
        LOG.info(
                "bundle_warm bundle={} loading_seconds={} seconds={}",
                queue.name(),
                hundredths(loadingNanos),
                hundredths(clock.nanos() - start));
    }

    private static double hundredths(long nanos) {
        return Math.round(nanos / 1e7) / 100.0;
    }
}
