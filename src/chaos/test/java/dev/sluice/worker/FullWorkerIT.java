package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.surroundings.Surroundings;
import dev.sluice.cli.Addresses;
import dev.sluice.cli.AwaitedEvent;
import dev.sluice.cli.EventWatcher;
import dev.sluice.cli.JsonRequests;
import dev.sluice.client.GenerationPublisher;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that has no room, with more waiting in every partition. */
@Timeout(300)
class FullWorkerIT {
    private static final Path BUNDLE = Path.of("models/bundles/glyphs-adm").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** More records than Kafka Streams holds of all partitions. */
    private static final int WAITING = 60 * Surroundings.PARTITIONS;

    @TempDir
    private Path folder;

    @Test
    void hearsOfACancellationThatWouldMakeRoom() throws IOException, InterruptedException {
        try (Surroundings around = Surroundings.start(folder.resolve("around"))) {
            Addresses addresses = new Addresses(
                    around.broker().bootstrapServers(),
                    around.registry().directUrl().toString(),
                    Surroundings.TOPICS);
            Map<String, String> settings = new HashMap<>(around.workerSettings(BUNDLE));
            settings.put("application.id", "full");
            settings.put("engine.max-images", "1");
            try (EventWatcher events = new EventWatcher(addresses);
                    GenerationPublisher publisher = new GenerationPublisher(addresses.client())) {
                for (int i = 0; i < WAITING; i++) {
                    publisher.publish(request("long-" + i), Optional.empty());
                }
                // Only now, so that it knows of the backlog when it shuts the gate.
                try (WorkerProgram worker = WorkerProgram.start(folder.resolve("full"), settings)) {
                    String id = underWay(events);

                    publisher.cancel(new GenerationCancelled(id, "no longer wanted"));

                    assertThat(outcomeOf(events, id))
                            .as(worker.said())
                            .isInstanceOfSatisfying(
                                    GenerationFailed.class,
                                    failed -> assertThat(failed.getCode()).isEqualTo(GenerationFailureCode.CANCELLED));
                }
            }
        }
    }

    private static GenerationRequested request(String id) {
        return JsonRequests.parse("{\"requestId\":\"" + id + "\",\"tenantId\":\"t\",\"model\":\"glyphs-adm\","
                + "\"prompt\":{\"label\":\"seven\"},\"sampler\":{\"steps\":1000}}");
    }

    private static String underWay(EventWatcher events) {
        return AwaitedEvent.of(GenerationProgressed.class, progress -> progress.getStep() > 0, events, PATIENCE)
                .getRequestId();
    }

    private static SpecificRecord outcomeOf(EventWatcher events, String id) {
        return AwaitedEvent.of(SpecificRecord.class, event -> isOutcomeOf(id, event), events, PATIENCE);
    }

    private static boolean isOutcomeOf(String id, SpecificRecord event) {
        return switch (event) {
            case GenerationCompleted completed -> completed.getRequestId().equals(id);
            case GenerationFailed failed -> failed.getRequestId().equals(id);
            default -> false;
        };
    }
}
