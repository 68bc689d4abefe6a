package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EmptyPartitionsTest {
    @Test
    void hasTheEndsOfLogsThatHadRecordsAndHaveNone() {
        TopicPartition emptied = new TopicPartition("requests", 0);
        TopicPartition filled = new TopicPartition("requests", 1);
        TopicPartition fresh = new TopicPartition("requests", 2);

        assertThat(EmptyPartitions.ends(
                        Map.of(emptied, 7L, filled, 3L, fresh, 0L), Map.of(emptied, 7L, filled, 9L, fresh, 0L)))
                .isEqualTo(Map.of(emptied, new OffsetAndMetadata(7)));
    }
}
