package dev.sluice.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator does if a broker has lost track of a transaction, which Kafka calls hanging. Its coordinator says
 * that it is over, a partition says that it is open, and no read-committed reader gets past it. A thread of this object
 * looks for them as {@code kafka-transactions.sh find-hanging} does, and aborts them.
 *
 * <p>Seen with Kafka 4.3.1: a broker that was killed with a transaction open aborts it while it starts, and may write down
 * that it is aborted without having put the marker into the partition.
 */
final class HangingTransactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
    /** Well above the timeout after which the coordinator itself ends a worker's transaction. */
    private static final Duration OLD = Duration.ofSeconds(45);

    private static final Duration REST = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Set<TransactionState> UNDER_WAY =
            Set.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);

    private final Admin admin;
    private final LongSupplier wallMillis;
    private final Thread thread;
    private final AtomicInteger aborted = new AtomicInteger();

    private record Open(TopicPartition partition, ProducerState producer) {
        /** The coordinator raises the epoch by one as it begins to end a transaction. */
        boolean isPartOf(TransactionDescription transaction) {
            return transaction.producerId() == producer.producerId()
                    && transaction.producerEpoch() <= producer.producerEpoch() + 1
                    && transaction.topicPartitions().contains(partition);
        }
    }

    private HangingTransactions(Admin admin, LongSupplier wallMillis) {
        this.admin = admin;
        this.wallMillis = wallMillis;
        thread = Thread.ofPlatform().name("chaos-operator").daemon(true).unstarted(this::watch);
    }

    static HangingTransactions watch(String bootstrapServers) {
        HangingTransactions operator = new HangingTransactions(
                Admin.create(Map.of("bootstrap.servers", bootstrapServers)), System::currentTimeMillis);
        operator.thread.start();
        return operator;
    }

    /** How many there were so far. */
    int aborted() {
        return aborted.get();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(REST);
                abortAll();
            }
        } catch (InterruptedException e) {
            LOG.debug("operator_leaves");
        }
    }

    private void abortAll() throws InterruptedException {
        try {
            List<Open> old = openSince(wallMillis.getAsLong() - OLD.toMillis());
            if (old.isEmpty()) {
                return;
            }
            Collection<TransactionDescription> underWay = underWay();
            for (Open open : old) {
                if (underWay.stream().noneMatch(open::isPartOf)) {
                    abort(open);
                }
            }
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            // The broker may be one of the things that are broken just now.
            LOG.debug("operator_hindered", e);
        }
    }

    private List<Open> openSince(long millis) throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> topics = await(
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        List<TopicPartition> partitions = new ArrayList<>();
        await(admin.describeTopics(topics).allTopicNames())
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition()))));
        List<Open> open = new ArrayList<>();
        await(admin.describeProducers(partitions).all())
                .forEach((partition, state) -> state.activeProducers().stream()
                        .filter(producer ->
                                producer.currentTransactionStartOffset().isPresent())
                        .filter(producer -> producer.lastTimestamp() < millis)
                        .forEach(producer -> open.add(new Open(partition, producer))));
        return open;
    }

    private Collection<TransactionDescription> underWay()
            throws InterruptedException, ExecutionException, TimeoutException {
        List<String> ids =
                await(admin.listTransactions(new ListTransactionsOptions().filterStates(UNDER_WAY))
                                .all())
                        .stream()
                        .map(TransactionListing::transactionalId)
                        .toList();
        return await(admin.describeTransactions(ids).all()).values();
    }

    private void abort(Open open) throws InterruptedException, ExecutionException, TimeoutException {
        ProducerState producer = open.producer();
        await(admin.abortTransaction(new AbortTransactionSpec(
                        open.partition(),
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        producer.coordinatorEpoch().orElse(0)))
                .all());
        aborted.incrementAndGet();
        LOG.warn(
                "hanging_transaction_aborted partition={} producer={} epoch={} offset={}",
                open.partition(),
                producer.producerId(),
                producer.producerEpoch(),
                producer.currentTransactionStartOffset().getAsLong());
    }

    private static <T> T await(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        admin.close(Duration.ZERO);
    }
}
