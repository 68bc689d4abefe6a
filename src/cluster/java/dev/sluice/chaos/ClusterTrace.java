package dev.sluice.chaos;

import dev.sluice.chaos.checker.HistoryFile;
import dev.sluice.chaos.checker.Publication;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * When each completed request came, was taken and was done, and how much device time it was charged with: what a capacity model is
 * held against. Used by one thread.
 */
final class ClusterTrace {
    private static final String HEADER =
            "id,published_ms,accepted_ms,completed_ms,waiting_ms,sampling_ms,storing_ms,device_ms,"
                    + "evaluations,images,worker";
    /** As {@code sluice capacity --trace} reads it. */
    private static final String REQUESTS_HEADER = "at,steps,guided,guidance,latencySeconds";

    private final String brokers;
    private final Topics topics = Topics.DEFAULT;
    private final AvroDeserializer<GenerationCompleted> completions = new AvroDeserializer<>(GenerationCompleted.class);
    private final AvroDeserializer<CostIncurred> costs = new AvroDeserializer<>(CostIncurred.class);
    private final Map<String, Done> done = new HashMap<>();
    private final Map<String, Long> deviceNanos = new HashMap<>();

    private record Done(GenerationCompleted event, long atMillis) {}

    ClusterTrace(String brokers, String registry) {
        this.brokers = brokers;
        List.of(completions, costs).forEach(each -> each.configure(Map.of(AvroConfig.REGISTRY_URL, registry), false));
    }

    /** Writes {@code trace.csv}, with all that was seen, and {@code requests.csv}, which is a trace for {@code sluice capacity}. */
    void write(Path history, Path folder) {
        try (TopicReader reader = TopicReader.open(
                Map.of("bootstrap.servers", brokers),
                List.of(topics.completions(), topics.costs()),
                Duration.ofSeconds(30))) {
            reader.seekToBeginning();
            reader.readTo(reader.ends(), this::take);
        }
        List<Publication> completed = HistoryFile.read(history).stream()
                .filter(publication -> publication.kind() == Publication.Kind.REQUEST)
                .filter(publication -> done.containsKey(publication.id()))
                .toList();
        long first = completed.stream()
                .mapToLong(Publication::publishedAtMillis)
                .min()
                .orElse(0);
        write(folder.resolve("trace.csv"), HEADER, completed.stream().map(this::line));
        write(
                folder.resolve("requests.csv"),
                REQUESTS_HEADER,
                completed.stream().map(publication -> requestLine(publication, first)));
    }

    private static void write(Path file, String header, Stream<String> lines) {
        try {
            Files.writeString(file, Stream.concat(Stream.of(header), lines).collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.completions())) {
            GenerationCompleted event = completions.deserialize(record.topic(), record.value());
            if (event != null) {
                done.put(event.getRequestId(), new Done(event, record.timestamp()));
            }
        } else {
            CostIncurred event = costs.deserialize(record.topic(), record.value());
            if (event != null && event.getRequestId() != null) {
                deviceNanos.merge(event.getRequestId(), event.getDeviceNanos(), Long::sum);
            }
        }
    }

    private String line(Publication publication) {
        Done found = done(publication);
        var timings = found.event().getTimings();
        var evaluations = found.event().getEvaluations();
        return String.format(
                Locale.ROOT,
                "%s,%d,%d,%d,%.1f,%.1f,%.1f,%.1f,%d,%d,%s",
                publication.id(),
                publication.publishedAtMillis(),
                timings.getAcceptedAt().toEpochMilli(),
                found.atMillis(),
                timings.getWaitingNanos() / 1e6,
                timings.getSamplingNanos() / 1e6,
                timings.getStoringNanos() / 1e6,
                deviceNanos.getOrDefault(publication.id(), 0L) / 1e6,
                evaluations.getConditional() + evaluations.getUnconditional() + evaluations.getGuide(),
                publication.images(),
                found.event().getWorker());
    }

    private String requestLine(Publication publication, long firstMillis) {
        Done found = done(publication);
        var plan = found.event().getPlan();
        return String.format(
                Locale.ROOT,
                "%.3f,%d,%d,%s,%.3f",
                (publication.publishedAtMillis() - firstMillis) / 1e3,
                plan.getSteps(),
                plan.getGuidedTimesteps().size(),
                plan.getGuidance().toLowerCase(Locale.ROOT).replace('_', '-'),
                (found.atMillis() - publication.publishedAtMillis()) / 1e3);
    }

    private Done done(Publication publication) {
        return Objects.requireNonNull(done.get(publication.id()), publication.id());
    }
}
