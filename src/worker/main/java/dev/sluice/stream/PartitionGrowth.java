package dev.sluice.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Adds partitions to requests, cancellations and the request stores' changelogs while no worker runs, and moves each entry of the
 * request stores whose home changes, so that no id is forgotten or answered twice. Entries move in one transaction, changelogs grow
 * first and the topics last: a run that breaks off leaves what no worker starts with, and the next run ends it. Records that
 * wait in the topics stay where they are; workers hand them to their new homes.
 *
 * <p>Confined to one thread.
 */
public final class PartitionGrowth {
    /** How long to wait for a dead worker's transaction. Brokers abort it after transaction.timeout.ms. */
    private static final Duration TRANSACTION_PATIENCE = Duration.ofSeconds(60);

    private static final Duration SPREADING = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration LONGEST_MOVE = Duration.ofMinutes(5);

    private final Map<String, Object> clients;
    private final String group;
    private final List<String> topics;

    /**
     * Of one installation.
     *
     * @param clients properties of Kafka clients that may alter its topics
     * @param applicationId group of its workers
     */
    public PartitionGrowth(Map<String, Object> clients, String applicationId, String requests, String cancellations) {
        this.clients = Map.copyOf(clients);
        group = applicationId;
        topics = List.of(requests, cancellations);
    }

    /** Why partitions are not added. Nothing is changed then, or the next run ends it. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * What was done, or would be.
     *
     * @param before partitions of the topics that exist, by name
     * @param moves what changes in each changelog that exists
     */
    public record Report(int partitions, SortedMap<String, Integer> before, List<Moved> moves) {
        public Report {
            before = new TreeMap<>(before);
            moves = List.copyOf(moves);
        }
    }

    /**
     * What changes in a changelog.
     *
     * @param moved entries that go to their home
     * @param dropped entries whose id has another at its home already
     */
    public record Moved(String changelog, int moved, int dropped) {}

    /**
     * Looks, and changes nothing.
     *
     * @throws RefusedException if it can't be done now
     * @throws KafkaException if the brokers can't be asked
     */
    public Report plan(int partitions) throws InterruptedException {
        try (Admin admin = Admin.create(clients)) {
            requireNobody(admin);
            SortedMap<String, Integer> before = counts(admin, partitions);
            requireNoOpenTransactions(admin, changelogs(before));
            return report(partitions, before, moves(before, partitions));
        }
    }

    /**
     * Does it.
     *
     * @throws RefusedException if it can't be done now
     * @throws KafkaException if the brokers fail in the middle; another run goes on from there
     */
    public Report grow(int partitions) throws InterruptedException {
        try (Admin admin = Admin.create(clients)) {
            requireNobody(admin);
            SortedMap<String, Integer> before = counts(admin, partitions);
            List<RequestStoreMoves.Moves> moves = List.of();
            List<String> changelogs = changelogs(before);
            if (!changelogs.isEmpty()) {
                try (Producer<byte[], byte[]> producer = producer()) {
                    // Ends what an earlier run left open, and that run itself where it still goes on.
                    producer.initTransactions();
                    requireNoOpenTransactions(admin, changelogs);
                    add(admin, before, partitions, changelogs::contains);
                    moves = moves(counts(admin, partitions), partitions);
                    move(producer, moves, admin);
                }
            }
            add(admin, before, partitions, topics::contains);
            return report(partitions, before, moves);
        }
    }

    private static Report report(
            int partitions, SortedMap<String, Integer> before, List<RequestStoreMoves.Moves> moves) {
        return new Report(
                partitions,
                before,
                moves.stream()
                        .map(each -> new Moved(each.changelog(), each.moved(), each.dropped()))
                        .toList());
    }

    private void move(Producer<byte[], byte[]> producer, List<RequestStoreMoves.Moves> moves, Admin admin)
            throws InterruptedException {
        if (moves.stream().noneMatch(RequestStoreMoves.Moves::any)) {
            return;
        }
        producer.beginTransaction();
        try {
            for (RequestStoreMoves.Moves changelog : moves) {
                for (ProducerRecord<byte[], byte[]> record : changelog.records()) {
                    var unused = producer.send(record);
                }
            }
            producer.flush();
            requireNobody(admin);
        } catch (KafkaException | RefusedException e) {
            producer.abortTransaction();
            throw e;
        }
        producer.commitTransaction();
    }

    private Producer<byte[], byte[]> producer() {
        Map<String, Object> config = new HashMap<>(clients);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group + "-partitions");
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) LONGEST_MOVE.toMillis());
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // What a worker could write can be written again, whatever limits it had.
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 64 << 20);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 128L << 20);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private List<RequestStoreMoves.Moves> moves(Map<String, Integer> counts, int partitions) {
        RequestStoreMoves stores = new RequestStoreMoves(clients, partitions);
        List<RequestStoreMoves.Moves> moves = new ArrayList<>();
        if (counts.containsKey(Changelogs.pending(group))) {
            moves.add(stores.pending(Changelogs.pending(group)));
        }
        if (counts.containsKey(Changelogs.settled(group))) {
            moves.add(stores.settled(Changelogs.settled(group)));
        }
        return moves;
    }

    private List<String> changelogs(Map<String, Integer> counts) {
        return Changelogs.all(group).stream().filter(counts::containsKey).toList();
    }

    private void requireNobody(Admin admin) throws InterruptedException {
        try {
            int members = got(admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group))
                    .members()
                    .size();
            if (members > 0) {
                throw new RefusedException("group " + group + " has " + members
                        + (members == 1 ? " member" : " members")
                        + ": stop all workers first. One that died, or keeps its membership when it stops, is forgotten after its"
                        + " session.timeout.ms");
            }
        } catch (GroupIdNotFoundException none) {
            // No worker was ever there.
        }
    }

    /** Partitions of the topics that exist. */
    private SortedMap<String, Integer> counts(Admin admin, int partitions) throws InterruptedException {
        SortedMap<String, Integer> counts = new TreeMap<>();
        for (String topic : topics) {
            counts.put(
                    topic, count(admin, topic).orElseThrow(() -> new RefusedException("there is no topic " + topic)));
        }
        for (String changelog : Changelogs.all(group)) {
            count(admin, changelog).ifPresent(count -> counts.put(changelog, count));
        }
        String larger = counts.entrySet().stream()
                .filter(topic -> topic.getValue() > partitions)
                .map(topic -> topic.getKey() + " has " + topic.getValue())
                .collect(Collectors.joining(", "));
        if (!larger.isEmpty()) {
            throw new RefusedException("partitions can't be taken away, and " + larger + ": not " + partitions);
        }
        return counts;
    }

    private static Optional<Integer> count(Admin admin, String topic) throws InterruptedException {
        try {
            TopicDescription description =
                    got(admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
            return Optional.of(description.partitions().size());
        } catch (UnknownTopicOrPartitionException none) {
            return Optional.empty();
        }
    }

    private static void add(Admin admin, Map<String, Integer> before, int partitions, Predicate<String> which)
            throws InterruptedException {
        Map<String, NewPartitions> growing = before.entrySet().stream()
                .filter(topic -> which.test(topic.getKey()) && topic.getValue() < partitions)
                .collect(Collectors.toMap(Map.Entry::getKey, topic -> NewPartitions.increaseTo(partitions)));
        got(admin.createPartitions(growing).all());
        long end = System.nanoTime() + SPREADING.toNanos();
        for (String topic : growing.keySet()) {
            while (count(admin, topic).orElse(0) < partitions) {
                if (System.nanoTime() > end) {
                    throw new KafkaException("the brokers don't show the new partitions of " + topic + " yet");
                }
                Thread.sleep(LOOK);
            }
        }
    }

    /** What is undecided may turn out either way, and so can't be moved. */
    private static void requireNoOpenTransactions(Admin admin, List<String> changelogs) throws InterruptedException {
        long end = System.nanoTime() + TRANSACTION_PATIENCE.toNanos();
        while (true) {
            List<TopicPartition> open = new ArrayList<>();
            for (String changelog : changelogs) {
                for (int i = 0; i < count(admin, changelog).orElse(0); i++) {
                    TopicPartition partition = new TopicPartition(changelog, i);
                    if (end(admin, partition, IsolationLevel.READ_COMMITTED)
                            < end(admin, partition, IsolationLevel.READ_UNCOMMITTED)) {
                        open.add(partition);
                    }
                }
            }
            if (open.isEmpty()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new RefusedException("a transaction is open in " + open
                        + ", and was for a minute: see kafka-transactions.sh find-hanging, and abort it");
            }
            Thread.sleep(LOOK);
        }
    }

    private static long end(Admin admin, TopicPartition partition, IsolationLevel quarantine)
            throws InterruptedException {
        return got(admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(quarantine))
                        .partitionResult(partition))
                .offset();
    }

    private static <T> T got(@Nullable KafkaFuture<T> answer) throws InterruptedException {
        try {
            return Objects.requireNonNull(answer).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException("the brokers were asked in vain", e.getCause());
        }
    }
}
