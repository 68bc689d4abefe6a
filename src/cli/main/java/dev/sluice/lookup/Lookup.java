package dev.sluice.lookup;

import dev.sluice.deadletter.Letter;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for how requests stand, from the topics' newest records back: the last hour, the last day, all there is. It
 * stops once a worker's event is found for every id, or its time is over. Used once, by one thread.
 */
public final class Lookup implements AutoCloseable {
    private static final List<Duration> WINDOWS = List.of(Duration.ofHours(1), Duration.ofHours(24));

    /** A charge is written with the outcome, by the same clock. */
    private static final Duration CHARGE_MARGIN = Duration.ofMinutes(1);

    /** Reasons of letters whose bytes no worker could read. */
    private static final Set<String> UNREADABLE = Stream.concat(
                    Stream.of("UNDECODABLE"),
                    Arrays.stream(UndecodableException.Reason.values()).map(Enum::name))
            .collect(Collectors.toUnmodifiableSet());

    private final Map<String, Object> properties;
    private final LookupTopics topics;
    private final Duration limit;
    private final long startedNanos = System.nanoTime();
    private final Map<String, Traces> traces = new LinkedHashMap<>();

    /** Letters that were published again. */
    private final Set<String> sentBack = new HashSet<>();

    /** Empty for topics that may not be read. */
    private final Map<String, Optional<BackwardReader>> readers = new TreeMap<>();

    private final Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> takers;
    private final List<AvroDeserializer<?>> deserializers = new ArrayList<>();
    private final AvroDeserializer<GenerationRequested> requests = new AvroDeserializer<>(GenerationRequested.class);

    /**
     * A lookup that has not begun.
     *
     * @param properties of a Kafka client, with the registry's
     * @param limit after which it gives what it has
     */
    public Lookup(Map<String, Object> properties, LookupTopics topics, List<String> ids, Duration limit) {
        this.properties = Map.copyOf(properties);
        this.topics = topics;
        this.limit = limit;
        ids.forEach(id -> traces.put(id, new Traces(id)));
        requests.configure(properties, false);
        deserializers.add(requests);
        takers = new LinkedHashMap<>();
        takers.put(
                topics.completions(),
                decoding(
                        GenerationCompleted.class,
                        (outcome, record) ->
                                of(outcome.getRequestId()).ifPresent(trace -> trace.completed(outcome, at(record)))));
        takers.put(
                topics.failures(),
                decoding(
                        GenerationFailed.class,
                        (outcome, record) ->
                                of(outcome.getRequestId()).ifPresent(trace -> trace.failed(outcome, at(record)))));
        takers.put(
                topics.progress(),
                decoding(
                        GenerationProgressed.class,
                        (progress, record) -> of(progress.getRequestId())
                                .ifPresent(trace -> trace.progressed(progress, at(record)))));
        takers.put(topics.deadLetters(), this::takeLetter);
        takers.put(topics.requests(), record -> of(key(record)).ifPresent(trace -> trace.published(at(record))));
    }

    /**
     * Reads the topics, and returns what was found.
     *
     * @throws KafkaException if a topic doesn't exist, or can't be read
     */
    public Answers look() {
        Instant now = Instant.now();
        Optional<Instant> reached = Optional.empty();
        List<Instant> windows = new ArrayList<>();
        WINDOWS.forEach(window -> windows.add(now.minus(window)));
        windows.add(Instant.EPOCH);
        boolean whole = true;
        for (Instant from : windows) {
            whole = readBackTo(from);
            if (!whole || traces.values().stream().allMatch(Traces::isDecided)) {
                break;
            }
            reached = Optional.of(from);
        }
        whole &= readCharges();
        List<Found> found =
                traces.values().stream().map(trace -> trace.found(sentBack)).toList();
        return new Answers(found, known(whole, reached));
    }

    @Override
    public void close() {
        readers.values().forEach(reader -> reader.ifPresent(BackwardReader::close));
        deserializers.forEach(AvroDeserializer::close);
    }

    private boolean readBackTo(Instant from) {
        boolean whole = true;
        for (Map.Entry<String, Consumer<ConsumerRecord<byte[], byte[]>>> topic : takers.entrySet()) {
            boolean outcomes = topic.getKey().equals(topics.completions())
                    || topic.getKey().equals(topics.failures());
            // Progress at the window's edge must not hide the outcome behind it.
            Instant start = outcomes && from.isAfter(Instant.EPOCH) ? from.minus(Traces.CLOCKS_APART) : from;
            whole &= allowed(
                    topic.getKey(),
                    true,
                    () -> reader(topic.getKey())
                            .map(reader -> reader.readBackTo(start, topic.getValue(), this::hasTime))
                            .orElse(true));
        }
        return whole;
    }

    /** Between the first and the last outcome that was found. */
    private boolean readCharges() {
        List<Instant> settled = traces.values().stream()
                .flatMap(trace -> trace.settledAt().stream())
                .sorted()
                .toList();
        if (settled.isEmpty()) {
            return true;
        }
        Consumer<ConsumerRecord<byte[], byte[]>> charges = decoding(
                CostIncurred.class,
                (charge, record) -> of(charge.getRequestId())
                        .filter(trace -> trace.settledAt()
                                .filter(moment -> Duration.between(moment, at(record))
                                                .abs()
                                                .compareTo(CHARGE_MARGIN)
                                        <= 0)
                                .isPresent())
                        .ifPresent(trace -> trace.charged(charge)));
        return allowed(
                topics.costs(),
                true,
                () -> reader(topics.costs())
                        .map(reader -> {
                            reader.skipBackTo(settled.getLast().plus(CHARGE_MARGIN));
                            return reader.readBackTo(settled.getFirst().minus(CHARGE_MARGIN), charges, this::hasTime);
                        })
                        .orElse(true));
    }

    private void takeLetter(ConsumerRecord<byte[], byte[]> record) {
        Letter.resent(record.headers()).ifPresentOrElse(sentBack::add, () -> {
            Letter letter = Letter.of(record);
            of(key(record)).or(() -> asked(letter, record)).ifPresent(trace -> trace.died(letter));
        });
    }

    /**
     * The request that a letter under another key than its id asks for. A letter that no worker could read is not tried
     * again.
     */
    private Optional<Traces> asked(Letter letter, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || UNREADABLE.contains(letter.reason())) {
            return Optional.empty();
        }
        try {
            GenerationRequested request = requests.deserialize(record.topic(), record.value());
            return request == null ? Optional.empty() : of(request.getRequestId());
        } catch (UndecodableException | RegistryUnavailableException e) {
            return Optional.empty();
        }
    }

    private Known known(boolean whole, Optional<Instant> reached) {
        List<String> closed = readers.entrySet().stream()
                .filter(topic -> topic.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        if (!whole) {
            return new Known(reached, Optional.of(limit), closed);
        }
        Optional<Instant> since = takers.keySet().stream()
                .filter(topic -> !topic.equals(topics.progress()))
                .flatMap(topic ->
                        allowed(
                                topic,
                                Optional.<Instant>empty(),
                                () -> reader(topic).flatMap(BackwardReader::shortenedUntil))
                                .stream())
                .max(Comparator.naturalOrder());
        return new Known(since, Optional.empty(), closed);
    }

    private boolean hasTime() {
        return System.nanoTime() - startedNanos < limit.toNanos();
    }

    private Optional<BackwardReader> reader(String topic) {
        return readers.computeIfAbsent(topic, name -> Optional.of(new BackwardReader(properties, name)));
    }

    /** What the reading gives, or {@code otherwise} where the caller has no right to; the rest is looked at all the same. */
    private <T> T allowed(String topic, T otherwise, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (AuthorizationException e) {
            Optional<BackwardReader> opened = readers.put(topic, Optional.empty());
            if (opened != null) {
                opened.ifPresent(BackwardReader::close);
            }
            return otherwise;
        }
    }

    private Optional<Traces> of(@Nullable String requestId) {
        return Optional.ofNullable(requestId).map(traces::get);
    }

    /** Outcomes and progress have the request's id for their key, charges the tenant's name. */
    private <T extends SpecificRecord> Consumer<ConsumerRecord<byte[], byte[]>> decoding(
            Class<T> type, BiConsumer<T, ConsumerRecord<byte[], byte[]>> sink) {
        AvroDeserializer<T> deserializer = new AvroDeserializer<>(type);
        deserializer.configure(properties, false);
        deserializers.add(deserializer);
        boolean keyed = type != CostIncurred.class;
        return record -> {
            if (keyed && of(key(record)).isEmpty()) {
                return;
            }
            try {
                T event = deserializer.deserialize(record.topic(), record.value());
                if (event != null) {
                    sink.accept(event, record);
                }
            } catch (UndecodableException e) {
                // A record of another writer.
            }
        };
    }

    private static @Nullable String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    private static Instant at(ConsumerRecord<byte[], byte[]> record) {
        return Instant.ofEpochMilli(record.timestamp());
    }
}
