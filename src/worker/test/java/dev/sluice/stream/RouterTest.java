package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import dev.sluice.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One partition's router, of four. */
class RouterTest {
    private static final int PARTITIONS = 4;
    private static final long LARGEST = 4096;
    private static final long PUBLISHED = 1_000;
    private static final String TOPIC = Topics.DEFAULT.requests();
    private static final RequestLimits LIMITS = new RequestLimits(3000, 4096, 40, 30, 50, 4, 100, 20, 8, 4, 10, 60);

    private final InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
    private final AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(registry);
    private final WorkerState state = WorkerState.fresh();
    private final ManualTime time = new ManualTime();
    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();

    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c", "d", "e", "f", "g", "h"})
    void takesInWhatIsAtHomeAndHandsOnTheRest(String id) {
        byte[] key = bytes(id);
        byte[] value = request(id);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            context.resetForwards();
            route(partition, key, value, new RecordHeaders());

            if (partition == HomePartition.of(key, PARTITIONS)) {
                assertThat(way()).isEqualTo("in");
                assertThat(forwarded().key()).isEqualTo(id);
                assertThat(forwarded().value()).isInstanceOf(GenerationRequested.class);
                assertThat(forwarded().timestamp()).isEqualTo(PUBLISHED);
            } else {
                assertThat(way()).isEqualTo("home");
                assertThat(forwarded().key()).isSameAs(key);
                assertThat(forwarded().value()).isSameAs(value);
                assertThat(forwarded().timestamp()).isEqualTo(time.now().toEpochMilli());
                assertThat(text(forwarded().headers(), "sluice.routed-from")).isEqualTo(partition + "-17");
                assertThat(text(forwarded().headers(), "sluice.routed-timestamp"))
                        .isEqualTo(String.valueOf(PUBLISHED));
            }
        }
    }

    @Test
    void keepsHeadersInTheirOrderAndLeavesTheRecordsOwnAsTheyAre() {
        Headers headers = new RecordHeaders()
                .add("traceparent", bytes("00-1"))
                .add("twice", bytes("1"))
                .add("twice", bytes("2"))
                .add("empty", null);
        abroad("a", request("a"), headers);

        assertThat(forwarded().headers().toArray())
                .startsWith(headers.toArray())
                .hasSize(6);
        assertThat(headers.toArray()).hasSize(4);
    }

    @Test
    void handsOnBytesThatNobodyCanReadAsTheyAre() {
        byte[] bytes = bytes("not Avro");
        abroad("a", bytes, new RecordHeaders());

        assertThat(way()).isEqualTo("home");
        assertThat(forwarded().value()).isSameAs(bytes);
    }

    @Test
    void countsWhatWasHandedOnOnceItIsCommitted() {
        abroad("a", request("a"), new RecordHeaders());
        assertThat(state.routed().routed()).isZero();

        state.transactions().committing();
        state.transactions().committed();
        abroad("b", request("b"), new RecordHeaders());
        state.transactions().aborted();
        assertThat(state.routed().routed()).isEqualTo(1);
    }

    @Test
    void givesARoutedRecordTheTimeOfItsPublication() {
        Headers headers =
                new RecordHeaders().add("sluice.routed-from", bytes("3-17")).add("sluice.routed-timestamp", bytes("5"));
        atHome("a", request("a"), headers);

        assertThat(way()).isEqualTo("in");
        assertThat(forwarded().timestamp()).isEqualTo(5);
    }

    @Test
    void keepsTheFirstTimeOfARecordThatIsHandedOnAgain() {
        Headers headers =
                new RecordHeaders().add("sluice.routed-from", bytes("9-99")).add("sluice.routed-timestamp", bytes("5"));
        abroad("a", request("a"), headers);

        assertThat(forwarded().headers().headers("sluice.routed-from")).hasSize(1);
        assertThat(text(forwarded().headers(), "sluice.routed-from")).endsWith("-17");
        assertThat(text(forwarded().headers(), "sluice.routed-timestamp")).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1e3", "soon", "99999999999999999999", "9999999999999999999", "\u0000"})
    void passesOverATimeThatIsNone(String forged) {
        Headers headers =
                new RecordHeaders().add("sluice.routed-from", null).add("sluice.routed-timestamp", bytes(forged));
        atHome("a", request("a"), headers);

        assertThat(forwarded().timestamp()).isEqualTo(PUBLISHED);
    }

    @Test
    void takesInARecordWithoutAKeyWhereverItIs() {
        route(3, null, request("a"), new RecordHeaders());

        assertThat(way()).isEqualTo("in");
        assertThat(forwarded().key()).isNull();
    }

    @Test
    void makesADeadLetterOfAKeyThatIsNoText() {
        assertThatThrownBy(() -> route(0, new byte[] {(byte) 0xff}, request("\ufffd"), new RecordHeaders()))
                .isInstanceOf(DeadLetterException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void makesDeadLettersOfWhatCanNotBeHandedOn() {
        String longId = "x".repeat(3 * LIMITS.maxIdLength() + 1);
        assertDeadLetter("key is longer than limits.max-id-length", longId, request(longId), new RecordHeaders());
        assertDeadLetter("no value", "a", null, new RecordHeaders());
        assertDeadLetter(
                "can't be written there: with its headers it may take",
                "a",
                request("a"),
                new RecordHeaders().add("large", new byte[(int) LARGEST]));
        assertThatThrownBy(() -> abroad("a", new byte[LIMITS.maxMessageBytes() + 1], new RecordHeaders()))
                .isInstanceOf(UndecodableException.class);
        assertThat(context.forwarded()).isEmpty();
    }

    @Test
    void handsOnWhatJustFits() {
        Headers headers = new RecordHeaders().add("large", new byte[2000]);
        abroad("a", request("a"), headers);

        assertThat(way()).isEqualTo("home");
    }

    private void assertDeadLetter(String why, String id, byte @Nullable [] value, Headers headers) {
        assertThatThrownBy(() -> abroad(id, value, headers))
                .isInstanceOf(DeadLetterException.class)
                .hasMessageContaining(why);
    }

    private void atHome(String id, byte[] value, Headers headers) {
        route(HomePartition.of(bytes(id), PARTITIONS), bytes(id), value, headers);
    }

    private void abroad(String id, byte @Nullable [] value, Headers headers) {
        route((HomePartition.of(bytes(id), PARTITIONS) + 1) % PARTITIONS, bytes(id), value, headers);
    }

    private void route(int partition, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        Router router = new Router(
                new AvroDeserializer<>(registry, GenerationRequested.class),
                new Router.Ways("in", "home"),
                settings(),
                state,
                new FourHomes(),
                time);
        router.init(context);
        context.setRecordMetadata(TOPIC, partition, 17);
        router.process(new Record<>(key, value, PUBLISHED, headers));
    }

    private record FourHomes() implements Homes {
        @Override
        public int partitions() {
            return PARTITIONS;
        }

        @Override
        public long largestRecord(String topic) {
            return LARGEST;
        }
    }

    private static StreamSettings settings() {
        return new StreamSettings(
                "sluice-test", Topics.DEFAULT, Path.of("state"), SettleSettings.DEFAULT, true, LIMITS, Map.of());
    }

    private String way() {
        return context.forwarded().getFirst().childName().orElseThrow();
    }

    private Record<?, ?> forwarded() {
        assertThat(context.forwarded()).hasSize(1);
        return context.forwarded().getFirst().record();
    }

    private byte[] request(String id) {
        return Objects.requireNonNull(
                serializer.serialize(TOPIC, Requests.plain(id).build()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
