package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.SchemaAnswers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackpressureClientSupplierTest {
    private static final TopicPartition REQUESTS_0 = new TopicPartition("requests", 0);
    private static final TopicPartition REQUESTS_1 = new TopicPartition("requests", 1);
    private static final ArrivalLimits ARRIVALS = new ArrivalLimits(1 << 10, 1 << 10, 1 << 20);
    private static final TopicPartition CANCELLATIONS = new TopicPartition("cancellations", 0);

    private final AtomicBoolean room = new AtomicBoolean();
    private final AtomicBoolean leaves = new AtomicBoolean();
    private final MockConsumer<byte[], byte[]> plain = new MockConsumer<>("earliest");
    private final SimulatedAnswers schemas = new SimulatedAnswers();
    private final HeldPartitionCounts held = new HeldPartitionCounts();
    private final Consumer<byte[], byte[]> gated = new BackpressureClientSupplier(
                    "requests", room::get, leaves::get, new TransactionListener() {}, schemas, held, ARRIVALS)
            .gated(plain);

    BackpressureClientSupplierTest() {
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
    void leavesItsGroupAtTheCloseOnceItIsTold() {
        List<CloseOptions> closed = new ArrayList<>();
        Consumer<byte[], byte[]> recording = new MockConsumer<>("earliest") {
            @Override
            public synchronized void close(CloseOptions options) {
                closed.add(options);
            }
        };
        Consumer<byte[], byte[]> gatedRecording = new BackpressureClientSupplier(
                        "requests", room::get, leaves::get, new TransactionListener() {}, schemas, held, ARRIVALS)
                .gated(recording);

        gatedRecording.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP));
        leaves.set(true);
        gatedRecording.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP));

        assertThat(closed)
                .extracting(CloseOptions::groupMembershipOperation)
                .containsExactly(GroupMembershipOperation.REMAIN_IN_GROUP, GroupMembershipOperation.LEAVE_GROUP);
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

    @Test
    void holdsAPartitionFromTheFirstRecordOnWhoseSchemaIsNotKnown() {
        room.set(true);
        publish(REQUESTS_0, 0, SOUND, AWAITED, SOUND);
        publish(REQUESTS_1, 0, SOUND);

        ConsumerRecords<byte[], byte[]> polled = gated.poll(Duration.ZERO);

        assertThat(offsets(polled)).containsExactlyInAnyOrder("requests-0@0", "requests-1@0");
        assertThat(next(polled, REQUESTS_0)).isEqualTo(1);
        assertThat(next(polled, REQUESTS_1)).isEqualTo(1);
        assertThat(plain.position(REQUESTS_0)).isEqualTo(1);
        assertThat(plain.paused()).containsExactly(REQUESTS_0);
        assertThat(held.held()).isEqualTo(1);
    }

    @Test
    void otherPartitionsGoOnAndTheHeldOneDoesWhenItsSchemaIsThere() {
        room.set(true);
        publish(REQUESTS_0, 0, AWAITED, SOUND);
        gated.poll(Duration.ZERO);
        publish(REQUESTS_1, 0, SOUND);

        assertThat(offsets(gated.poll(Duration.ZERO))).containsExactly("requests-1@0");

        schemas.answered.add(AWAITED);
        publish(REQUESTS_0, 0, AWAITED, SOUND);

        assertThat(offsets(gated.poll(Duration.ZERO))).containsExactly("requests-0@0", "requests-0@1");
        assertThat(held.held()).isZero();
    }

    @Test
    void asksForAllSchemasOfWhatItPolledAtOnce() {
        room.set(true);
        publish(REQUESTS_0, 0, AWAITED, AWAITED + 1, AWAITED + 2);

        gated.poll(Duration.ZERO);

        assertThat(schemas.asked).contains(AWAITED, AWAITED + 1, AWAITED + 2);
    }

    @Test
    void holdsACancellationToo() {
        publish(CANCELLATIONS, 0, AWAITED);

        assertThat(gated.poll(Duration.ZERO)).isEmpty();
        assertThat(plain.paused()).containsExactly(CANCELLATIONS);
        assertThat(held.allRequestsStuck()).isFalse();
    }

    @Test
    void hidesItsPauseFromStreamsAndDoesNotLetStreamsUndoIt() {
        room.set(true);
        publish(REQUESTS_0, 0, AWAITED);
        gated.poll(Duration.ZERO);

        assertThat(gated.paused()).isEmpty();
        gated.resume(Set.of(REQUESTS_0, REQUESTS_1));
        assertThat(plain.paused()).containsExactly(REQUESTS_0);
    }

    @Test
    void leavesPausedWhatStreamsPausedWhileItWasHeld() {
        room.set(true);
        publish(REQUESTS_0, 0, AWAITED);
        gated.poll(Duration.ZERO);
        gated.pause(Set.of(REQUESTS_0));
        schemas.answered.add(AWAITED);

        gated.poll(Duration.ZERO);

        assertThat(gated.paused()).containsExactly(REQUESTS_0);
        assertThat(plain.paused()).containsExactly(REQUESTS_0);
        gated.resume(Set.of(REQUESTS_0));
        assertThat(plain.paused()).isEmpty();
    }

    @Test
    void staysHeldWhileThereIsNoRoom() {
        room.set(true);
        publish(REQUESTS_0, 0, AWAITED);
        gated.poll(Duration.ZERO);
        room.set(false);

        gated.poll(Duration.ZERO);

        assertThat(plain.paused()).containsExactly(REQUESTS_0);
    }

    @Test
    void beginsAnewWhereStreamsGoesElsewhere() {
        room.set(true);
        publish(REQUESTS_0, 0, SOUND, AWAITED);
        gated.poll(Duration.ZERO);

        gated.seek(REQUESTS_0, 0);

        assertThat(plain.paused()).isEmpty();
        assertThat(plain.position(REQUESTS_0)).isZero();
    }

    @Test
    void forgetsAPartitionThatGoesAndComesBack() {
        try (MockConsumer<byte[], byte[]> member = new MockConsumer<>("earliest")) {
            Consumer<byte[], byte[]> subscribed = new BackpressureClientSupplier(
                            "requests", () -> true, () -> false, new TransactionListener() {}, schemas, held, ARRIVALS)
                    .gated(member);
            List<TopicPartition> told = new ArrayList<>();
            subscribed.subscribe(Set.of("requests"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    told.addAll(partitions);
                }
            });
            member.updateBeginningOffsets(Map.of(REQUESTS_0, 0L));
            member.rebalance(Set.of(REQUESTS_0));
            member.addRecord(record(REQUESTS_0, 0, AWAITED));
            subscribed.poll(Duration.ZERO);
            assertThat(member.paused()).containsExactly(REQUESTS_0);

            member.rebalance(Set.of());
            member.rebalance(Set.of(REQUESTS_0));
            subscribed.resume(Set.of(REQUESTS_0));

            assertThat(member.paused()).isEmpty();
            assertThat(told).containsExactly(REQUESTS_0, REQUESTS_0);
        }
    }

    @Test
    void isStuckOnlyWhereEachRequestPartitionHasWaitedForLongerThanALookUp() {
        long[] now = {0};
        HeldPartitions waiting = new HeldPartitions("requests", plain, schemas, held, () -> now[0]);
        publish(REQUESTS_0, 0, AWAITED);
        publish(REQUESTS_1, 0, SOUND);
        waiting.sift(plain.poll(Duration.ZERO));
        now[0] += HeldPartitions.LOOK_UP.plusMillis(1).toNanos();
        waiting.release();
        assertThat(held.allRequestsStuck()).isFalse();

        publish(REQUESTS_1, 1, AWAITED);
        waiting.sift(plain.poll(Duration.ZERO));
        assertThat(held.allRequestsStuck()).isFalse();
        now[0] += HeldPartitions.LOOK_UP.plusMillis(1).toNanos();
        waiting.release();
        assertThat(held.allRequestsStuck()).isTrue();
        assertThat(held.held()).isEqualTo(2);

        waiting.close();
        assertThat(held.allRequestsStuck()).isFalse();
    }

    private static long next(ConsumerRecords<byte[], byte[]> polled, TopicPartition partition) {
        return Objects.requireNonNull(polled.nextOffsets().get(partition)).offset();
    }

    private static final int SOUND = 0;
    private static final int AWAITED = 7;

    /** Simulates a registry: a record's one byte is its schema, and 0 is known. */
    private static final class SimulatedAnswers implements SchemaAnswers {
        final Set<Integer> answered = new HashSet<>(Set.of(SOUND));
        final Set<Integer> asked = new HashSet<>();

        @Override
        public OptionalInt awaited(byte @Nullable [] record) {
            Objects.requireNonNull(record, "these have a byte each");
            return answered(record[0]) ? OptionalInt.empty() : OptionalInt.of(record[0]);
        }

        @Override
        public boolean answered(int schemaId) {
            asked.add(schemaId);
            return answered.contains(schemaId);
        }
    }

    private void publish(TopicPartition partition, long offset, int... schemas) {
        for (int i = 0; i < schemas.length; i++) {
            plain.addRecord(record(partition, offset + i, schemas[i]));
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset, int schema) {
        return new ConsumerRecord<>(
                partition.topic(), partition.partition(), offset, new byte[0], new byte[] {(byte) schema});
    }

    private static List<String> offsets(ConsumerRecords<byte[], byte[]> records) {
        List<String> offsets = new ArrayList<>();
        records.forEach(record -> offsets.add(record.topic() + "-" + record.partition() + "@" + record.offset()));
        return offsets;
    }

    private Set<String> pausedDuringPoll() {
        Set<String> during = new TreeSet<>();
        plain.schedulePollTask(() -> plain.paused().forEach(partition -> during.add(partition.toString())));
        gated.poll(Duration.ZERO);
        return during;
    }
}
