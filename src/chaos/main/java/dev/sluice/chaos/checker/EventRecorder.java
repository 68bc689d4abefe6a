package dev.sluice.chaos.checker;

import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.CallSizing;
import dev.sluice.events.v1.CallsMade;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.DeadLetterHeaders;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import dev.sluice.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reduces the records of the event topics to what is judged of them. Used by one thread. */
final class EventRecorder implements AutoCloseable {
    private static final String ERRORS = "__streams.errors.";

    private final Topics topics;
    private final AvroDeserializer<GenerationCompleted> completions = new AvroDeserializer<>(GenerationCompleted.class);
    private final AvroDeserializer<GenerationFailed> failures = new AvroDeserializer<>(GenerationFailed.class);
    private final AvroDeserializer<CostIncurred> costs = new AvroDeserializer<>(CostIncurred.class);
    private final AvroDeserializer<GenerationProgressed> progress = new AvroDeserializer<>(GenerationProgressed.class);
    private final List<History.Outcome> outcomes = new ArrayList<>();
    private final List<History.Charge> charges = new ArrayList<>();
    private final Map<String, Long> lastProgressMillis = new HashMap<>();
    private final List<History.DeadLetter> deadLetters = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    EventRecorder(Topics topics, String registryUrl) {
        this.topics = topics;
        Stream.of(completions, failures, costs, progress)
                .forEach(each -> each.configure(Map.of(AvroConfig.REGISTRY_URL, registryUrl), false));
    }

    /** The topics whose records it takes. */
    List<String> topics() {
        return List.of(
                topics.completions(), topics.failures(), topics.costs(), topics.progress(), topics.deadLetters());
    }

    void record(ConsumerRecord<byte[], byte[]> record) {
        String topic = record.topic();
        if (topic.equals(topics.deadLetters())) {
            // The marker that sluice dlq resend writes beside a letter is no letter itself.
            if (record.headers().lastHeader(DeadLetterHeaders.RESENT) == null) {
                deadLetters.add(deadLetter(record));
            }
        } else if (topic.equals(topics.completions())) {
            read(completions, record).ifPresent(event -> outcomes.add(outcome(event, record.timestamp())));
        } else if (topic.equals(topics.failures())) {
            read(failures, record)
                    .ifPresent(event -> outcomes.add(new History.Outcome(
                            event.getRequestId(), event.getCode().name(), record.timestamp(), List.of(), false)));
        } else if (topic.equals(topics.costs())) {
            read(costs, record).ifPresent(event -> charges.add(charge(event)));
        } else if (topic.equals(topics.progress())) {
            read(progress, record)
                    .ifPresent(event -> lastProgressMillis.merge(event.getRequestId(), record.timestamp(), Math::max));
        }
    }

    private <T extends SpecificRecord> Optional<T> read(
            AvroDeserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            @Nullable T event = deserializer.deserialize(record.topic(), record.value());
            if (event != null) {
                return Optional.of(event);
            }
            unreadable.add(place(record) + ": no value");
        } catch (UndecodableException e) {
            unreadable.add(place(record) + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    private static History.Outcome outcome(GenerationCompleted event, long atMillis) {
        var timings = event.getTimings();
        boolean negative = timings.getWaitingNanos() < 0
                || timings.getSamplingNanos() < 0
                || timings.getStoringNanos() < 0
                || timings.getFinishedAt().isBefore(timings.getAcceptedAt());
        List<History.Image> images = event.getImages().stream()
                .map(image -> new History.Image(
                        event.getRequestId(),
                        image.getIndex(),
                        image.getBucket(),
                        image.getKey(),
                        image.getSha256(),
                        image.getSizeBytes(),
                        calls(event)))
                .toList();
        return new History.Outcome(event.getRequestId(), EventEncoder.COMPLETED, atMillis, images, negative);
    }

    private static Optional<String> calls(GenerationCompleted event) {
        CallsMade calls = event.getCalls();
        return calls.getSize() == CallSizing.CONSTANT
                ? Optional.of(calls.getRowsPerCall() + " and " + calls.getGuideRowsPerCall() + " rows")
                : Optional.empty();
    }

    private static History.Charge charge(CostIncurred event) {
        boolean negative = event.getChargePeriodEnd().isBefore(event.getChargePeriodStart())
                || event.getDeviceNanos() < 0
                || event.getDenoiserNanos() < 0
                || event.getGuideNanos() < 0
                || event.getPaddingNanos() < 0
                || event.getRows() < 0
                || event.getListCost().signum() < 0
                || event.getEffectiveCost().signum() < 0
                || event.getConsumedQuantity().signum() < 0;
        return new History.Charge(
                event.getCostId(),
                Optional.ofNullable(event.getRequestId()),
                Optional.ofNullable(event.getTenantId()),
                event.getOutcome(),
                event.getProcess(),
                event.getDeviceNanos(),
                negative);
    }

    private static History.DeadLetter deadLetter(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        Optional<String> topic = text(headers, "topic");
        Optional<String> partition = text(headers, "partition");
        Optional<String> offset = text(headers, "offset");
        Optional<String> source = topic.flatMap(
                name -> partition.flatMap(number -> offset.map(position -> name + "-" + number + "@" + position)));
        @Nullable String key = TopicReader.key(record);
        return new History.DeadLetter(
                key == null ? "" : key,
                source,
                source.isPresent() && text(headers, "exception").isPresent());
    }

    private static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(ERRORS + name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }

    List<History.Outcome> outcomes() {
        return outcomes;
    }

    /** What was read, with what else the judge is told. */
    History history(
            List<Publication> publications,
            Map<History.Image, Optional<History.StoredObject>> objects,
            Optional<List<MeterReading>> meters) {
        return new History(
                publications, outcomes, charges, lastProgressMillis, deadLetters, objects, meters, unreadable);
    }

    @Override
    public void close() {
        Stream.of(completions, failures, costs, progress).forEach(AvroDeserializer::close);
    }
}
