package dev.sluice.stream;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.jspecify.annotations.Nullable;

/**
 * A consumer whose records are cut to size as they are parsed. A record that inflates to a good part of the heap is
 * returned by itself. What was fetched with it is dropped and fetched anew, since the consumer keeps the last record
 * that it parsed until it parses the next. Only {@code poll} differs; it runs on the thread that polls.
 */
final class OneGiantAtATime implements InvocationHandler {
    private final Consumer<byte[], byte[]> consumer;
    private final Arrivals arrivals;

    private OneGiantAtATime(Consumer<byte[], byte[]> consumer, Arrivals arrivals) {
        this.consumer = consumer;
        this.arrivals = arrivals;
    }

    static Consumer<byte[], byte[]> consumer(Map<String, Object> config, ArrivalLimits limits) {
        Arrivals arrivals = new Arrivals(limits);
        return around(new KafkaConsumer<>(config, arrivals.keys(), arrivals.values()), arrivals);
    }

    /** The consumer, which must read by the deserializers of the arrivals. */
    @SuppressWarnings("unchecked")
    static Consumer<byte[], byte[]> around(Consumer<byte[], byte[]> consumer, Arrivals arrivals) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                OneGiantAtATime.class.getClassLoader(),
                new Class<?>[] {Consumer.class},
                new OneGiantAtATime(consumer, arrivals));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().equals("poll") && arguments != null) {
            return poll((Duration) arguments[0]);
        }
        try {
            return method.invoke(consumer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        try {
            return fitting(consumer.poll(timeout));
        } catch (RecordDeserializationException e) {
            if (e.getCause() instanceof Arrivals.GiantException) {
                return giant(e);
            }
            throw e;
        } finally {
            arrivals.pollEnded();
        }
    }

    private ConsumerRecords<byte[], byte[]> giant(RecordDeserializationException failure) {
        ConsumerRecord<byte[], byte[]> record = arrivals.alone(failure);
        TopicPartition partition = failure.topicPartition();
        OffsetAndMetadata next = new OffsetAndMetadata(failure.offset() + 1);
        consumer.seek(partition, next);
        return new ConsumerRecords<>(Map.of(partition, List.of(record)), Map.of(partition, next));
    }

    @SuppressWarnings("ReferenceEquality") // A record that fits comes back as it is.
    private ConsumerRecords<byte[], byte[]> fitting(ConsumerRecords<byte[], byte[]> records) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> fitting = new HashMap<>();
        boolean changed = false;
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> kept = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                ConsumerRecord<byte[], byte[]> small = arrivals.withFittingHeaders(record);
                changed |= small != record;
                kept.add(small);
            }
            fitting.put(partition, kept);
        }
        return changed ? new ConsumerRecords<>(fitting, records.nextOffsets()) : records;
    }
}
