package dev.sluice.stream;

import dev.sluice.wire.SchemaAnswers;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Kafka Streams' clients, with a gate in the main consumer: while there is no room, it polls with the request
 * partitions paused. Heartbeats, commits and punctuations go on, cancellations still come in, and the lag stays in the
 * topic, where an autoscaler sees it.
 *
 * <p>The main consumer, which reads what others write, keeps of each record what {@link ArrivalLimits} says. A record whose
 * schema is not known yet holds its partition, and no other: {@link HeldPartitions}. The producers tell how each transaction
 * ends.
 *
 * <p>Pauses only partitions that Streams has not already paused, and resumes exactly those before the poll returns,
 * except what Streams pauses meanwhile. So Streams never meets a pause that isn't its own, and never misses one. The
 * streams group protocol asks no supplier for a consumer, so only {@code group.protocol=classic} works. The gate runs
 * on the stream thread that polls.
 */
final class BackpressureClientSupplier implements KafkaClientSupplier {
    /** How long a full worker polls before it looks for room again; a batch of a small model takes no longer. */
    private static final Duration LOOK = Duration.ofMillis(5);

    private final String requestTopic;
    private final BooleanSupplier hasRoom;
    private final BooleanSupplier leaves;
    private final TransactionListener transactions;
    private final SchemaAnswers schemas;
    private final HeldPartitionCounts held;
    private final ArrivalLimits arrivals;

    /**
     * Clients of one worker.
     *
     * @param hasRoom asked on the polling thread before each poll
     * @param leaves asked when a consumer is closed: whether it leaves its group although Streams would have it stay, which
     *     Streams does wherever a thread has failed
     * @param transactions hears how each transaction ends, on the thread that it belongs to
     * @param schemas what a record may have to wait for
     * @param held told of partitions that wait
     * @param arrivals how much of a record the main consumer keeps
     */
    BackpressureClientSupplier(
            String requestTopic,
            BooleanSupplier hasRoom,
            BooleanSupplier leaves,
            TransactionListener transactions,
            SchemaAnswers schemas,
            HeldPartitionCounts held,
            ArrivalLimits arrivals) {
        this.requestTopic = requestTopic;
        this.hasRoom = hasRoom;
        this.leaves = leaves;
        this.transactions = transactions;
        this.schemas = schemas;
        this.held = held;
        this.arrivals = arrivals;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return WatchedProducer.of(
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()), transactions);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return gated(OneGiantAtATime.consumer(config, arrivals));
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return plainConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return plainConsumer(config);
    }

    private static Consumer<byte[], byte[]> plainConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @SuppressWarnings("unchecked")
    Consumer<byte[], byte[]> gated(Consumer<byte[], byte[]> consumer) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                BackpressureClientSupplier.class.getClassLoader(), new Class<?>[] {Consumer.class}, new Gate(consumer));
    }

    /** One consumer's gate. Its set is the polling thread's; other threads may only call what it passes straight on. */
    private final class Gate implements InvocationHandler {
        private final Consumer<byte[], byte[]> consumer;
        /** What this poll paused and has to resume. */
        private final Set<TopicPartition> paused = new HashSet<>();

        private final HeldPartitions waiting;

        Gate(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
            this.waiting = new HeldPartitions(requestTopic, consumer, schemas, held, System::nanoTime);
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (arguments == null) {
                return switch (method.getName()) {
                    case "paused" -> waiting.paused();
                    case "close" -> closed(method, null);
                    default -> BackpressureClientSupplier.invoke(consumer, method, null);
                };
            }
            return switch (method.getName()) {
                case "poll" -> poll((Duration) arguments[0]);
                case "pause" -> {
                    // A rebalance within the poll: Streams pauses what it has to restore, and that pause is its own.
                    paused.removeAll(partitions(arguments[0]));
                    waiting.pausing(partitions(arguments[0]));
                    yield BackpressureClientSupplier.invoke(consumer, method, arguments);
                }
                case "resume" -> {
                    consumer.resume(waiting.resuming(partitions(arguments[0])));
                    yield null;
                }
                case "seek", "seekToBeginning", "seekToEnd" -> {
                    waiting.seeking(partitions(arguments[0]));
                    yield BackpressureClientSupplier.invoke(consumer, method, arguments);
                }
                case "subscribe" -> BackpressureClientSupplier.invoke(consumer, method, hearing(arguments));
                case "close" -> closed(method, arguments);
                default -> BackpressureClientSupplier.invoke(consumer, method, arguments);
            };
        }

        private @Nullable Object closed(Method method, Object @Nullable [] arguments) throws Throwable {
            waiting.close();
            if (arguments != null
                    && arguments.length == 1
                    && arguments[0] instanceof CloseOptions closing
                    && leaves.getAsBoolean()) {
                consumer.close(closing.withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
                return null;
            }
            return BackpressureClientSupplier.invoke(consumer, method, arguments);
        }

        private Object[] hearing(Object[] arguments) {
            Object[] own = arguments.clone();
            for (int i = 0; i < own.length; i++) {
                if (own[i] instanceof ConsumerRebalanceListener streams) {
                    own[i] = waiting.before(streams);
                }
            }
            return own;
        }

        /** The partition or partitions that a call is about. */
        @SuppressWarnings("unchecked")
        private static Collection<TopicPartition> partitions(Object argument) {
            return argument instanceof TopicPartition one ? Set.of(one) : (Collection<TopicPartition>) argument;
        }

        private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            waiting.release();
            return waiting.sift(hasRoom.getAsBoolean() ? consumer.poll(timeout) : pollWithoutRequests(timeout));
        }

        /** Polls until there is a record or room, or for as long as it was told to. */
        private ConsumerRecords<byte[], byte[]> pollWithoutRequests(Duration timeout) {
            paused.addAll(requestsNotPaused());
            consumer.pause(paused);
            try {
                long end = System.nanoTime() + timeout.toNanos();
                ConsumerRecords<byte[], byte[]> records;
                do {
                    records = consumer.poll(timeout.compareTo(LOOK) < 0 ? timeout : LOOK);
                } while (records.isEmpty() && !hasRoom.getAsBoolean() && System.nanoTime() < end);
                return records;
            } finally {
                // The poll may have taken partitions away.
                paused.retainAll(consumer.assignment());
                consumer.resume(paused);
                paused.clear();
            }
        }

        private Set<TopicPartition> requestsNotPaused() {
            Set<TopicPartition> requests = new HashSet<>(consumer.assignment());
            requests.removeIf(partition -> !partition.topic().equals(requestTopic));
            requests.removeAll(consumer.paused());
            return requests;
        }
    }

    private static @Nullable Object invoke(Object client, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(client, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
