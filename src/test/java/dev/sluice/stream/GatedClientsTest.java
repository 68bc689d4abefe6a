package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

class GatedClientsTest {
    private static final TopicPartition REQUESTS_0 = new TopicPartition("requests", 0);
    private static final TopicPartition REQUESTS_1 = new TopicPartition("requests", 1);
    private static final TopicPartition CANCELLATIONS = new TopicPartition("cancellations", 0);

    private final AtomicBoolean room = new AtomicBoolean();
    private final MockConsumer<byte[], byte[]> plain = new MockConsumer<>("earliest");
    private final Consumer<byte[], byte[]> gated =
            new GatedClients("requests", room::get, new TransactionListener() {}).gated(plain);

    GatedClientsTest() {
        plain.assign(List.of(REQUESTS_0, REQUESTS_1, CANCELLATIONS));
        plain.assignment().forEach(partition -> plain.seek(partition, 0));
    }

    @Test
    void pausesRequestsWhileItPollsWithoutRoom() {
        Set<String> during = pausedDuringPoll();

        assertThat(during).containsExactly("requests-0", "requests-1");
        assertThat(plain.paused()).isEmpty();
    }

    @Test
    void pausesNothingWhileThereIsRoom() {
        room.set(true);

        assertThat(pausedDuringPoll()).isEmpty();
    }

    @Test
    void pollsOnWithoutRequestsUntilThereIsRoom() {
        Set<String> later = new TreeSet<>();
        plain.schedulePollTask(() -> {});
        plain.schedulePollTask(() -> {
            plain.paused().forEach(partition -> later.add(partition.toString()));
            room.set(true);
        });

        gated.poll(Duration.ofMinutes(1));

        assertThat(later).containsExactly("requests-0", "requests-1");
        assertThat(plain.paused()).isEmpty();
    }

    @Test
    void leavesPausedWhatStreamsPausedBefore() {
        gated.pause(Set.of(REQUESTS_1, CANCELLATIONS));

        Set<String> during = pausedDuringPoll();

        assertThat(during).containsExactly("cancellations-0", "requests-0", "requests-1");
        assertThat(plain.paused()).containsExactlyInAnyOrder(REQUESTS_1, CANCELLATIONS);
    }

    @Test
    void leavesPausedWhatStreamsPausesDuringThePoll() {
        plain.schedulePollTask(() -> gated.pause(Set.of(REQUESTS_0)));

        gated.poll(Duration.ZERO);

        assertThat(plain.paused()).containsExactly(REQUESTS_0);
    }

    @Test
    void resumesOnlyPartitionsThatThePollLeftIt() {
        plain.schedulePollTask(() -> plain.assign(List.of(REQUESTS_1)));

        // Resuming a partition that is gone would fail.
        gated.poll(Duration.ZERO);

        assertThat(plain.assignment()).containsExactly(REQUESTS_1);
        assertThat(plain.paused()).doesNotContain(REQUESTS_1);
    }

    @Test
    void resumesWhenThePollFails() {
        plain.setPollException(new AuthorizationException("on purpose"));

        assertThatThrownBy(() -> gated.poll(Duration.ZERO)).isInstanceOf(AuthorizationException.class);
        assertThat(plain.paused()).isEmpty();
    }

    @Test
    void throwsWhatTheConsumerThrew() {
        KafkaException failure = new KafkaException("on purpose");
        room.set(true);
        plain.setPollException(failure);

        assertThatThrownBy(() -> gated.poll(Duration.ZERO)).isSameAs(failure);
        assertThatThrownBy(() -> gated.position(new TopicPartition("not-assigned", 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void passesAWakeupFromAnotherThreadStraightOn() throws InterruptedException {
        Thread other = Thread.ofPlatform().start(gated::wakeup);
        other.join();

        assertThatThrownBy(() -> gated.poll(Duration.ZERO)).isInstanceOf(WakeupException.class);
        assertThat(plain.paused()).isEmpty();
    }

    @Test
    void passesOtherCallsStraightOn() {
        gated.seek(CANCELLATIONS, 7);
        gated.close();

        assertThat(gated.assignment()).isEqualTo(plain.assignment());
        assertThat(plain.closed()).isTrue();
    }

    private Set<String> pausedDuringPoll() {
        Set<String> during = new TreeSet<>();
        plain.schedulePollTask(() -> plain.paused().forEach(partition -> during.add(partition.toString())));
        gated.poll(Duration.ZERO);
        return during;
    }
}
