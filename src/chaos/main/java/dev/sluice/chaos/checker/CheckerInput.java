package dev.sluice.chaos.checker;

import dev.sluice.chaos.surroundings.S3Access;
import java.util.List;

/**
 * The checker's input: where to read, what was published, and what the workers' meters say.
 *
 * @param bootstrapServers brokers, as a downstream reader reaches them
 * @param registryUrl the registry itself, without a proxy
 * @param s3 the store itself, without faults in front of it
 * @param history path of the publisher's {@link HistoryFile}
 * @param meters one for each incarnation of each worker
 * @param metersRead whether there are readings at all; device time is not judged otherwise
 * @param patienceSeconds how long to wait for a transaction that was left open to be aborted
 */
public record CheckerInput(
        String bootstrapServers,
        String registryUrl,
        S3Access s3,
        String history,
        List<MeterReading> meters,
        boolean metersRead,
        int patienceSeconds) {
    public CheckerInput {
        meters = List.copyOf(meters);
    }
}
