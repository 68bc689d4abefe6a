package dev.sluice.engine.metering;

import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Network;

/**
 * Splits a batch's device time over its used rows, to the nanosecond: shares differ by at most one and add up exactly.
 * Padding is paid by the used rows in equal parts.
 *
 * @param nanos of the batch
 * @param usedRows at least 1
 * @param batchSize padding included
 */
public record CostSplit(long nanos, int usedRows, int batchSize) {
    /** What the used row at this place in the batch answers for. */
    public DeviceUsage usage(Network network, int row) {
        return DeviceUsage.of(network, share(row), paddingShare(row), 1);
    }

    /** The share of a used row, by its place in the batch. */
    long share(int row) {
        return part(nanos, row);
    }

    /** The part of a row's share that pays for padding. */
    long paddingShare(int row) {
        return part(Math.multiplyExact(nanos, batchSize - usedRows) / batchSize, row);
    }

    private long part(long total, int row) {
        return total / usedRows + (row < total % usedRows ? 1 : 0);
    }
}
