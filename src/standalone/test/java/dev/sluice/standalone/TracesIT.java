package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.cli.Addresses;
import dev.sluice.cli.AwaitedEvent;
import dev.sluice.cli.EventWatcher;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.CloudEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A request that its publisher traces, through a whole stack, with a collector at the end. */
@Timeout(180)
class TracesIT {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir
    private Path folder = Path.of("");

    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();

    @Test
    void followsARequestToTheCollectorThatIsConfigured() throws IOException, InterruptedException, ExecutionException {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        Map<String, String> settings = Map.of(
                "bundles",
                "models/bundles/glyphs-adm",
                "engine.batch-size",
                "4",
                "engine.guide-batch-size",
                "4",
                "traces.endpoint",
                "http://127.0.0.1:" + collector.getAddress().getPort());
        try (StandaloneStack stack = StandaloneStack.start(folder, StandalonePorts.FREE, settings);
                EventWatcher events = new EventWatcher(stack.addresses())) {
            publish(stack.addresses());
            AwaitedEvent.of(GenerationCompleted.class, events, Duration.ofMinutes(1));
        } finally {
            collector.stop(1);
        }

        assertThat(String.join("", bodies)).contains("admit", "rows", "finish", "settle", "batch", "traced-1");
    }

    private static void publish(Addresses addresses) throws InterruptedException, ExecutionException {
        GenerationRequested request = GenerationRequested.newBuilder()
                .setRequestId("traced-1")
                .setTenantId("acme")
                .setModel("glyphs-adm")
                .setPrompt(PromptSpec.newBuilder().setLabel("seven").build())
                .setSampler(new SamplerSpec(SamplerKind.DDPM, 5, 1.0))
                .build();
        try (AvroSerializer<SpecificRecord> values = new AvroSerializer<>()) {
            values.configure(addresses.clientProperties(), false);
            try (KafkaProducer<String, SpecificRecord> producer =
                    new KafkaProducer<>(addresses.clientProperties(), new StringSerializer(), values)) {
                ProducerRecord<String, SpecificRecord> record =
                        new ProducerRecord<>(addresses.topics().requests(), "traced-1", request);
                CloudEvent.of(request, "traces-it", Instant.now()).writeTo(record.headers(), Optional.of(TRACEPARENT));
                producer.send(record).get();
            }
        }
    }
}
