package dev.sluice.chaos.checker;

import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the history of a run, downstream of everything, and has it judged. Used by one thread. */
final class Checker {
    private static final Logger LOG = LoggerFactory.getLogger(Checker.class);

    private final CheckerInput input;

    Checker(CheckerInput input) {
        this.input = input;
    }

    /**
     * Reads everything up to what there is now.
     *
     * @throws IllegalStateException where registry or store can't be read
     * @throws org.apache.kafka.common.KafkaException where the topics can't
     * @throws java.io.UncheckedIOException where the publisher's history can't be read
     */
    Verdict check() throws InterruptedException {
        try (EventRecorder events = new EventRecorder(Topics.DEFAULT, input.registryUrl());
                ObjectReader objects = new ObjectReader(input.s3());
                TopicReader topics = TopicReader.open(
                        Map.of("bootstrap.servers", input.bootstrapServers()),
                        events.topics(),
                        Duration.ofSeconds(input.patienceSeconds()))) {
            topics.seekToBeginning();
            topics.readTo(topics.ends(), events::record);
            Collection<History.Image> images = events.outcomes().stream()
                    .flatMap(outcome -> outcome.images().stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            LOG.info(
                    "event=topics_read outcomes={} images={}", events.outcomes().size(), images.size());
            Map<History.Image, Optional<History.StoredObject>> stored = objects.read(images);
            // Read last: whatever was published before the topics were read is in it by now.
            List<Publication> publications = HistoryFile.read(Path.of(input.history()));
            Optional<List<MeterReading>> meters = input.metersRead() ? Optional.of(input.meters()) : Optional.empty();
            return HistoryJudge.judge(events.history(publications, stored, meters));
        }
    }
}
