package dev.sluice.engine;

import dev.sluice.request.Network;
import dev.sluice.request.RequestId;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A batch that the device has made.
 *
 * @param rows evaluated, padding left out
 * @param batchSize padding included
 * @param startNanos on the engine's clock
 * @param nanos that it took
 * @param failed whether it had no results
 * @param requests whose rows they were; worked out when asked, which is possible during {@link BatchObserver#made} alone
 */
public record BatchRun(
        String bundle,
        Network network,
        int rows,
        int batchSize,
        long startNanos,
        long nanos,
        boolean failed,
        Supplier<Set<RequestId>> requests) {}
