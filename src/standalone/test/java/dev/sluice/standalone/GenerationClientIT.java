package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Waits;
import dev.sluice.cli.JsonRequests;
import dev.sluice.client.ClientSettings;
import dev.sluice.client.GenerationClient;
import dev.sluice.client.GenerationHandle;
import dev.sluice.client.GenerationOutcome;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.TopicReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream team's client against a whole standalone. */
class GenerationClientIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final Map<String, String> SETTINGS =
            Map.of("bundles", "models/bundles/glyphs-adm", "engine.batch-size", "4", "engine.guide-batch-size", "4");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void publishesAwaitsAndCancels() throws Exception {
        try (StandaloneStack stack = StandaloneStack.start(folder, StandalonePorts.FREE, SETTINGS)) {
            ClientSettings settings = new ClientSettings(
                    stack.addresses().kafka(), stack.addresses().registry(), "upstream");
            GenerationClient client = new GenerationClient(settings);
            GenerationHandle unheard;
            try (client) {
                awaitsWhatManyThreadsAskFor(client);
                hearsWhyARequestFails(client);
                takesARequestBack(client);
                passesTheTraceOn(client, stack);
                unheard = client.publish(request("unheard", "seven", 1000));
            }
            assertThatThrownBy(() -> client.await(unheard, PATIENCE)).hasMessageContaining("the client is closed");
            assertThatThrownBy(() -> client.publish(request("late", "seven", 5)))
                    .isInstanceOf(IllegalStateException.class);
            needsItsTopics(settings);
        }
    }

    private static void awaitsWhatManyThreadsAskFor(GenerationClient client) throws Exception {
        List<Callable<GenerationOutcome>> askers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String id = "shared-" + i;
            askers.add(() -> client.await(client.publish(request(id, "seven", 5)), PATIENCE));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            int number = 0;
            for (Future<GenerationOutcome> outcome : threads.invokeAll(askers)) {
                String id = "shared-" + number++;
                assertThat(outcome.get()).isInstanceOfSatisfying(GenerationOutcome.Completed.class, completed -> {
                    assertThat(completed.event().getRequestId()).isEqualTo(id);
                    assertThat(completed.event().getImages()).hasSize(1);
                });
            }
        }
    }

    private static void hearsWhyARequestFails(GenerationClient client) throws Exception {
        GenerationOutcome outcome = client.await(client.publish(request("refused", "eleven", 5)), PATIENCE);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        GenerationOutcome.Failed.class,
                        failed -> assertThat(failed.event().getCode()).isEqualTo(GenerationFailureCode.LABEL_UNKNOWN));
    }

    private static void takesARequestBack(GenerationClient client) throws Exception {
        GenerationHandle handle = client.publish(request("slow", "seven", 1000));
        assertThatThrownBy(() -> client.await(handle, Duration.ofMillis(1))).isInstanceOf(TimeoutException.class);

        client.cancel(handle, "changed my mind");

        assertThat(client.await(handle, PATIENCE)).isInstanceOfSatisfying(GenerationOutcome.Failed.class, failed -> {
            assertThat(failed.event().getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
            assertThat(failed.event().getMessage()).isEqualTo("changed my mind");
        });
    }

    private static void passesTheTraceOn(GenerationClient client, StandaloneStack stack) throws Exception {
        client.await(client.publish(request("traced", "seven", 5), Optional.of(TRACE)), PATIENCE);

        for (String topic : List.of(
                stack.addresses().topics().requests(),
                stack.addresses().topics().completions())) {
            ConsumerRecord<byte[], byte[]> record = recordOf("traced", topic, stack);
            assertThat(CloudEvent.traceparent(record.headers())).as(topic).contains(TRACE);
        }
    }

    private static void needsItsTopics(ClientSettings settings) {
        ClientSettings elsewhere = new ClientSettings(
                settings.properties(), "upstream", settings.requests(), settings.cancellations(), "nowhere", "nothing");

        assertThatThrownBy(() -> new GenerationClient(elsewhere).close())
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("nowhere");
    }

    private static ConsumerRecord<byte[], byte[]> recordOf(String key, String topic, StandaloneStack stack) {
        try (TopicReader reader = TopicReader.open(stack.addresses().clientProperties(), topic)) {
            reader.seekToBeginning();
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            Waits.atMost(PATIENCE).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
                    if (key.equals(TopicReader.key(record))) {
                        found.add(record);
                    }
                }
                return !found.isEmpty();
            });
            return found.getFirst();
        }
    }

    private static GenerationRequested request(String id, String label, int steps) {
        return JsonRequests.parse(
                "{\"requestId\":\"%s\",\"tenantId\":\"t\",\"model\":\"glyphs-adm\",\"prompt\":{\"label\":\"%s\"},\"sampler\":{\"steps\":%d}}"
                        .formatted(id, label, steps));
    }
}
