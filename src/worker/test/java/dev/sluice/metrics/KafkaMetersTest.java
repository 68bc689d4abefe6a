package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class KafkaMetersTest {
    private final Map<MetricName, Metric> kafka = new HashMap<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KafkaMeters meters = new KafkaMeters(() -> kafka);

    @Test
    void foldsWhatThreadsAndPartitionsMeasureIntoOneNumber() {
        meters.bindTo(registry);
        tell("consumer-coordinator-metrics", "rebalance-total", "a", 2.0);
        tell("consumer-coordinator-metrics", "rebalance-total", "b", 3.0);
        tell("consumer-fetch-manager-metrics", "records-lag-max", "a", 7.0);
        tell("consumer-fetch-manager-metrics", "records-lag-max", "b", 4.0);
        tell("other-metrics", "records-lag-max", "c", 99.0);

        assertThat(registry.get("sluice.kafka.rebalances").functionCounter().count())
                .isEqualTo(5);
        assertThat(registry.get("sluice.kafka.records.lag.max").gauge().value()).isEqualTo(7);
    }

    @Test
    void takesWhatIsNoNumberForNothing() {
        meters.bindTo(registry);
        tell("consumer-fetch-manager-metrics", "records-lag-max", "a", Double.NaN);
        tell("stream-metrics", "alive-stream-threads", "a", "two");

        assertThat(registry.get("sluice.kafka.records.lag.max").gauge().value()).isZero();
        assertThat(registry.get("sluice.kafka.alive.threads").gauge().value()).isZero();
    }

    private void tell(String group, String name, String client, Object value) {
        MetricName metric = new MetricName(name, group, "", Map.of("client-id", client));
        kafka.put(metric, new Metric() {
            @Override
            public MetricName metricName() {
                return metric;
            }

            @Override
            public Object metricValue() {
                return value;
            }
        });
    }
}
