package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchedProducerTest {
    private final MockProducer<byte[], byte[]> broker =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Transactions transactions = new Transactions();
    private final Producer<byte[], byte[]> producer = WatchedProducer.of(broker, transactions);
    private final List<String> done = new ArrayList<>();

    @BeforeEach
    void begin() {
        producer.initTransactions();
        producer.beginTransaction();
        transactions.whenDecided(() -> done.add("committed"), () -> done.add("aborted"));
    }

    @Test
    void tellsThatATransactionIsCommitted() {
        assertThat(done).isEmpty();
        producer.commitTransaction();
        assertThat(done).containsExactly("committed");

        producer.close();
        assertThat(done).hasSize(1);
    }

    @Test
    void tellsThatATransactionIsAborted() {
        producer.abortTransaction();
        assertThat(done).containsExactly("aborted");
    }

    @Test
    void takesATransactionForAbortedThatItsProducerLeavesOpen() {
        producer.close();
        assertThat(done).containsExactly("aborted");
    }

    @Test
    void tellsNothingOfATransactionThatMayOrMayNotBeCommitted() {
        broker.commitTransactionException = new TimeoutException("no answer");

        assertThatThrownBy(producer::commitTransaction).isInstanceOf(TimeoutException.class);
        producer.close();

        assertThat(done).isEmpty();
    }

    @Test
    void keepsThreadsApart() throws InterruptedException {
        Thread other = Thread.ofPlatform().start(transactions::aborted);
        other.join();

        producer.commitTransaction();
        assertThat(done).containsExactly("committed");
    }
}
