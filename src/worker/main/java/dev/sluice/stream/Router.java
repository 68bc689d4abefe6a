package dev.sluice.stream;

import dev.sluice.stream.DeadLetterException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a record in where its key is at home, and hands it to its home elsewhere: writes it again, bytes and headers as they
 * came and a {@link RoutingMark} besides, within the same transaction. The key alone decides, before the value is read. So
 * all that is said of an id meets in one task, whatever partitioner its publisher has, and only publishers with another
 * than Kafka's pay for it.
 *
 * <p>What no home would answer, or take, is a dead letter where it lies. A record that is at home is never handed on, whatever its
 * headers say. Confined to the task's thread.
 */
final class Router implements Processor<byte[], byte[], Object, Object> {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** A batch's head, and the most that a record needs besides its parts. */
    private static final int OVERHEAD_BYTES = 61 + 21;

    /** Most bytes of UTF-8 for one UTF-16 code unit. */
    private static final int UTF8_BYTES = 3;

    private static final int LENGTH_BYTES = 5;

    private final Deserializer<? extends SpecificRecord> values;
    private final Ways ways;
    private final StreamSettings settings;
    private final WorkerState state;
    private final Homes homes;
    private final Clock clock;
    private @Nullable ProcessorContext<Object, Object> context;
    private boolean told;

    /**
     * Where a record may go.
     *
     * @param in the processor that answers it
     * @param home the sink that writes it to its own topic again
     */
    record Ways(String in, String home) {}

    Router(
            Deserializer<? extends SpecificRecord> values,
            Ways ways,
            StreamSettings settings,
            WorkerState state,
            Homes homes,
            Clock clock) {
        this.values = values;
        this.ways = ways;
        this.settings = settings;
        this.state = state;
        this.homes = homes;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        // A task that can't know does not begin.
        homes.partitions();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context().recordMetadata().orElseThrow();
        String key = text(record.key());
        int home = record.key() == null ? from.partition() : HomePartition.of(record.key(), homes.partitions());
        if (home == from.partition()) {
            take(from, key, record);
        } else {
            handOn(from, home, record);
        }
    }

    private void take(RecordMetadata from, @Nullable String key, Record<byte[], byte[]> record) {
        SpecificRecord value = values.deserialize(from.topic(), record.value());
        long publishedAt = RoutingMark.publishedAt(record.headers()).orElse(record.timestamp());
        context().forward(new Record<>(key, value, publishedAt, record.headers()), ways.in());
    }

    private void handOn(RecordMetadata from, int home, Record<byte[], byte[]> record) {
        Headers headers = RoutingMark.on(record.headers(), from, record.timestamp());
        requireRoutable(from.topic(), home, record, headers);
        if (!told) {
            told = true;
            LOG.info(
                    "record_routed topic={} partition={} home={} advice=\"its publisher's partitioner is not Kafka's own,"
                            + " murmur2; see docs/contracts.md\"",
                    from.topic(),
                    from.partition(),
                    home);
        }
        context().forward(new Record<>(record.key(), record.value(), clock.millis(), headers), ways.home());
        state.transactions().whenDecided(state.routed()::count, () -> {});
    }

    /** What its home would make a dead letter of is one here, and so is what can't be written there. */
    private void requireRoutable(String topic, int home, Record<byte[], byte[]> record, Headers headers) {
        if (record.value() == null) {
            throw new DeadLetterException(Reason.NO_VALUE, "the record has no value");
        }
        if (record.key().length > UTF8_BYTES * (long) settings.limits().maxIdLength()) {
            throw new DeadLetterException(
                    Reason.OVER_LIMIT, "the record's key is longer than limits.max-id-length allows a requestId to be");
        }
        if (record.value().length > settings.limits().maxMessageBytes()) {
            // Says so itself.
            values.deserialize(topic, record.value());
            throw new DeadLetterException(Reason.OVER_LIMIT, "the value is longer than limits.message-bytes");
        }
        long size = size(record, headers);
        long largest = homes.largestRecord(topic);
        if (size > largest) {
            throw new DeadLetterException(
                    Reason.UNROUTABLE,
                    "the record lies on another partition than " + home
                            + ", its key's, and can't be written there: with" + " its headers it may take " + size
                            + " bytes, and " + largest + " are taken");
        }
    }

    /** Upper bound of the record's size, uncompressed. */
    private static long size(Record<byte[], byte[]> record, Headers headers) {
        long size = OVERHEAD_BYTES + 2L * LENGTH_BYTES + record.key().length + record.value().length;
        for (Header header : headers) {
            size += 2L * LENGTH_BYTES
                    + (long) UTF8_BYTES * header.key().length()
                    + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    /** Bytes that are no text are nobody's id, though they might be read as somebody's. */
    private static @Nullable String text(byte @Nullable [] key) {
        if (key == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DeadLetterException(Reason.WRONG_KEY, "the record's key is not UTF-8");
        }
    }

    private ProcessorContext<Object, Object> context() {
        return Objects.requireNonNull(context, "init first");
    }
}
