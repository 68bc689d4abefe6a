package dev.sluice.stream;

import dev.sluice.wire.SchemaAnswers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions of one consumer whose next record waits for its schema. The record and those behind it are taken out of what
 * was polled, the consumer goes back to it, and the partition is paused until the registry has answered; other partitions
 * go on.
 *
 * <p>Kafka Streams pauses and resumes the same partitions for reasons of its own, and must not notice. If it resumes a
 * held partition, that takes effect once the schema is there. It is not told of a pause that isn't its own. What it
 * commits follows from the records that it was given.
 *
 * <p>Belongs to the thread that polls.
 */
final class HeldPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(HeldPartitions.class);

    /** How long a look-up may take before a partition counts as stuck. */
    static final Duration LOOK_UP = Duration.ofSeconds(5);

    private record Held(int schemaId, long sinceNanos) {}

    private final String requestTopic;
    private final Consumer<byte[], byte[]> consumer;
    private final SchemaAnswers schemas;
    private final HeldPartitionCounts counts;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Held> held = new HashMap<>();
    /** Held partitions that Streams has paused too. */
    private final Set<TopicPartition> pausedByStreams = new HashSet<>();

    HeldPartitions(
            String requestTopic,
            Consumer<byte[], byte[]> consumer,
            SchemaAnswers schemas,
            HeldPartitionCounts counts,
            LongSupplier nanoClock) {
        this.requestTopic = requestTopic;
        this.consumer = consumer;
        this.schemas = schemas;
        this.counts = counts;
        this.nanoClock = nanoClock;
    }

    /** Lets go what need not wait any more. Before each poll. */
    void release() {
        List<TopicPartition> resumed = new ArrayList<>();
        for (Iterator<Map.Entry<TopicPartition, Held>> all = held.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<TopicPartition, Held> each = all.next();
            if (schemas.answered(each.getValue().schemaId())) {
                all.remove();
                LOG.info(
                        "partition_released topic={} partition={} schema_id={} held_ms={}",
                        each.getKey().topic(),
                        each.getKey().partition(),
                        each.getValue().schemaId(),
                        age(each.getValue()).toMillis());
                if (!pausedByStreams.remove(each.getKey())) {
                    resumed.add(each.getKey());
                }
            }
        }
        consumer.resume(resumed);
        report();
    }

    /** What was polled but for the records that have to wait. All their schemas are asked for at once. */
    ConsumerRecords<byte[], byte[]> sift(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> passed = new LinkedHashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(polled.nextOffsets());
        boolean all = true;
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            int ready = readyAtOnce(partition, records);
            if (ready > 0) {
                passed.put(partition, records.subList(0, ready));
            }
            if (ready < records.size()) {
                all = false;
                next.put(partition, offsetOf(records.get(ready)));
            }
        }
        if (!all) {
            report();
        }
        return all ? polled : new ConsumerRecords<>(passed, next);
    }

    /** How many of the records come before the first that has to wait, which holds the partition. */
    private int readyAtOnce(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        int ready = records.size();
        for (int i = 0; i < records.size(); i++) {
            OptionalInt awaited = schemas.awaited(records.get(i).value());
            if (awaited.isPresent() && ready == records.size()) {
                ready = i;
                hold(partition, records.get(i), awaited.getAsInt());
            }
        }
        return ready;
    }

    private void hold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record, int schemaId) {
        LOG.info(
                "partition_held topic={} partition={} offset={} schema_id={}",
                record.topic(),
                record.partition(),
                record.offset(),
                schemaId);
        if (consumer.paused().contains(partition)) {
            pausedByStreams.add(partition);
        }
        consumer.seek(partition, offsetOf(record));
        consumer.pause(Set.of(partition));
        held.put(partition, new Held(schemaId, nanoClock.getAsLong()));
    }

    private static OffsetAndMetadata offsetOf(ConsumerRecord<byte[], byte[]> record) {
        return new OffsetAndMetadata(record.offset(), record.leaderEpoch(), "");
    }

    /** Streams pauses these. */
    void pausing(Collection<TopicPartition> partitions) {
        partitions.stream().filter(held::containsKey).forEach(pausedByStreams::add);
    }

    /** Streams resumes these. Returns those that may be resumed now. */
    Collection<TopicPartition> resuming(Collection<TopicPartition> partitions) {
        pausedByStreams.removeAll(Set.copyOf(partitions));
        return partitions.stream().filter(each -> !held.containsKey(each)).toList();
    }

    /** What is paused as far as Streams is concerned. */
    Set<TopicPartition> paused() {
        Set<TopicPartition> paused = new HashSet<>(consumer.paused());
        paused.removeIf(each -> held.containsKey(each) && !pausedByStreams.contains(each));
        return paused;
    }

    /** Streams goes elsewhere in these partitions. What waits there may not come next. */
    void seeking(Collection<TopicPartition> partitions) {
        List<TopicPartition> ours = partitions.stream()
                .filter(each -> held.containsKey(each) && !pausedByStreams.contains(each))
                .toList();
        drop(partitions);
        consumer.resume(ours);
    }

    /** Told before Streams is that partitions come or go: either way they begin anew. */
    ConsumerRebalanceListener before(ConsumerRebalanceListener streams) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                drop(partitions);
                streams.onPartitionsAssigned(partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                drop(partitions);
                streams.onPartitionsRevoked(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                drop(partitions);
                streams.onPartitionsLost(partitions);
            }
        };
    }

    /** The consumer takes no more part. */
    void close() {
        counts.closed(this);
    }

    private void drop(Collection<TopicPartition> partitions) {
        partitions.forEach(each -> {
            held.remove(each);
            pausedByStreams.remove(each);
        });
    }

    private void report() {
        int requests =
                (int) consumer.assignment().stream().filter(this::isRequests).count();
        int stuck = (int) held.entrySet().stream()
                .filter(each ->
                        isRequests(each.getKey()) && age(each.getValue()).compareTo(LOOK_UP) > 0)
                .count();
        counts.report(this, new HeldPartitionCounts.Report(held.size(), requests, stuck));
    }

    private boolean isRequests(TopicPartition partition) {
        return partition.topic().equals(requestTopic);
    }

    private Duration age(Held each) {
        return Duration.ofNanos(nanoClock.getAsLong() - each.sinceNanos());
    }
}
