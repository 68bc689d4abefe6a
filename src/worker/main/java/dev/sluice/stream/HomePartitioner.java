package dev.sluice.stream;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Sends a record on to the partition that its key has its home in. Any thread may call. */
record HomePartitioner(Homes homes) implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, Headers headers, int present) {
        return Optional.of(Set.of(HomePartition.of(key, homes.partitions())));
    }

    /** Kafka calls the method with headers. This one has no default as long as it is not removed. */
    @Override
    @SuppressWarnings("removal")
    public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int present) {
        return Optional.of(Set.of(HomePartition.of(key, homes.partitions())));
    }
}
