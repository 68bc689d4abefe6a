package dev.sluice.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * The few of Kafka's own metrics that say how a worker does, each as one number over all its threads, tasks and partitions.
 * Kafka has hundreds, most of them with a label for each of these, and they come and go with rebalances; Micrometer's
 * binder passes all of them on.
 */
final class KafkaMeters implements MeterBinder {
    private final Supplier<Map<MetricName, ? extends Metric>> metrics;

    KafkaMeters(Supplier<Map<MetricName, ? extends Metric>> metrics) {
        this.metrics = metrics;
    }

    /** How many numbers become one. */
    private enum Fold {
        SUM {
            @Override
            double of(DoubleStream values) {
                return values.sum();
            }
        },
        MAX {
            @Override
            double of(DoubleStream values) {
                return values.max().orElse(0);
            }
        };

        abstract double of(DoubleStream values);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(
                registry,
                "sluice.kafka.alive.threads",
                "Stream threads that run or take part in a rebalance",
                "stream-metrics",
                "alive-stream-threads",
                Fold.SUM);
        counter(
                registry,
                "sluice.kafka.failed.threads",
                "Stream threads that ended by a failure",
                "stream-metrics",
                "failed-stream-threads");
        gauge(
                registry,
                "sluice.kafka.records.lag.max",
                "Records behind the end of the partition that is furthest behind, as of its last fetch",
                "consumer-fetch-manager-metrics",
                "records-lag-max",
                Fold.MAX);
        counter(
                registry,
                "sluice.kafka.rebalances",
                "Rebalances that the worker's consumer took part in",
                "consumer-coordinator-metrics",
                "rebalance-total");
        counter(
                registry,
                "sluice.kafka.rebalances.failed",
                "Rebalances that failed",
                "consumer-coordinator-metrics",
                "failed-rebalance-total");
        gauge(
                registry,
                "sluice.kafka.heartbeat.age",
                "Since the last answer to a heartbeat",
                "consumer-coordinator-metrics",
                "last-heartbeat-seconds-ago",
                Fold.MAX,
                "seconds");
        counter(registry, "sluice.kafka.commits", "Commits of stream threads", "stream-thread-metrics", "commit-total");
        gauge(
                registry,
                "sluice.kafka.commit.latency.max.millis",
                "Longest commit of the last half minute",
                "stream-thread-metrics",
                "commit-latency-max",
                Fold.MAX);
        counter(
                registry,
                "sluice.kafka.send.errors",
                "Records that a producer could not send",
                "producer-metrics",
                "record-error-total");
    }

    private void gauge(
            MeterRegistry registry, String name, String description, String group, String metric, Fold fold) {
        gauge(registry, name, description, group, metric, fold, "");
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            String group,
            String metric,
            Fold fold,
            String unit) {
        Gauge.builder(name, () -> value(group, metric, fold))
                .description(description)
                .baseUnit(unit.isEmpty() ? null : unit)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description, String group, String metric) {
        FunctionCounter.builder(name, this, meters -> meters.value(group, metric, Fold.SUM))
                .description(description)
                .register(registry);
    }

    private double value(String group, String metric, Fold fold) {
        return fold.of(metrics.get().entrySet().stream()
                .filter(entry -> entry.getKey().group().equals(group)
                        && entry.getKey().name().equals(metric))
                .map(entry -> entry.getValue().metricValue())
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .filter(Double::isFinite));
    }
}
