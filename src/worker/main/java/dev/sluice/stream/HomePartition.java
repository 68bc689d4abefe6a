package dev.sluice.stream;

import org.apache.kafka.common.utils.Utils;

/**
 * Where a key is at home: on the partition that the partitioner of Kafka's Java clients gives it, murmur2 of its bytes. One
 * id has one home, whoever publishes it, so one task knows all that is said of it.
 */
final class HomePartition {
    private HomePartition() {}

    static int of(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}
