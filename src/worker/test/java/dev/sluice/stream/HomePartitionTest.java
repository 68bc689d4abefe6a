package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HomePartitionTest {
    @Test
    void isWhereKafkasOwnProducerWrites() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            int partitions = 1 + random.nextInt(50);
            assertThat(HomePartition.of(key, partitions))
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
        }
    }

    /** What publishers in other languages can hold theirs against; so says librdkafka's murmur2 too. */
    @ParameterizedTest
    @CsvSource({"r-1, 4, 3", "kafka, 12, 4", "giberish123456789, 1000, 820"})
    void isTheSameForEver(String key, int partitions, int home) {
        assertThat(HomePartition.of(key.getBytes(StandardCharsets.UTF_8), partitions))
                .isEqualTo(home);
    }
}
