package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.codec.ContractsTest;
import dev.sluice.codec.RequestEncoder;
import dev.sluice.codec.SampleRequests;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.SchemaEdits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateSerdesTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000006Z");

    @Test
    void entriesAreTheSameAfterATripThroughTheStore() {
        GenerationRequested request = new RequestEncoder().encode(SampleRequests.random(3));
        var pending = new PendingRequest(
                request, NOW, "00-1-2-01", ContentHash.of(request), "no reason", 2, NOW.truncatedTo(ChronoUnit.MILLIS));
        try (var serde = StateSerdes.pendingRequests()) {
            assertThat(serde.deserializer().deserialize("t", serde.serializer().serialize("t", pending)))
                    .isEqualTo(pending);
        }
        var settled = new SettledRequest("ab", NOW, "COMPLETED");
        try (var serde = StateSerdes.settledRequests()) {
            assertThat(serde.deserializer().deserialize("t", serde.serializer().serialize("t", settled)))
                    .isEqualTo(settled);
        }
    }

    @Test
    void readsAnEntryOfAnEarlierVersionGivenItsSchema() throws IOException {
        Schema earlier = SchemaEdits.without(PendingRequest.getClassSchema(), "traceparent");
        GenerationRequested request = SampleRequests.plain().build();
        GenericRecord old = new GenericRecordBuilder(earlier)
                .set("request", request)
                .set("acceptedAt", 1L)
                .set("contentHash", "ab")
                .build();
        var buffer = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), earlier).encode(old);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        try (var serde = StateSerdes.singleObject(PendingRequest.class, List.of(earlier))) {
            PendingRequest read = serde.deserializer().deserialize("t", bytes);
            assertThat(read)
                    .isEqualTo(new PendingRequest(request, Instant.EPOCH.plusNanos(1000), null, "ab", null, 1, null));
        }
        try (var serde = StateSerdes.pendingRequests()) {
            assertThatThrownBy(() -> serde.deserializer().deserialize("t", bytes))
                    .isInstanceOf(SerializationException.class);
        }
    }

    /** A worker of this version goes on with what one of a released version had taken on. */
    @ParameterizedTest
    @MethodSource("dev.sluice.codec.ReleasedSchemasTest#releases")
    void readsWhatAReleasedVersionLeftPending(Path release) throws IOException {
        Schema earlier = ContractsTest.contractsIn(release, path -> true).stream()
                .filter(schema -> schema.getName().equals("PendingRequest"))
                .findFirst()
                .orElseThrow();
        GenericRecord request = new GenericRecordBuilder(
                        earlier.getField("request").schema())
                .set("requestId", "r-1")
                .set("tenantId", "acme")
                .set("model", "shapes-32")
                .build();
        GenericRecord old = new GenericRecordBuilder(earlier)
                .set("request", request)
                .set("acceptedAt", 1L)
                .set("contentHash", "ab")
                .build();
        var buffer = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), earlier).encode(old);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        try (var serde = StateSerdes.pendingRequests()) {
            PendingRequest read = serde.deserializer().deserialize("t", bytes);
            assertThat(read.getRequest())
                    .isEqualTo(SampleRequests.ofFirstRelease().build());
            assertThat(read.getPublishedAt()).isNull();
        }
    }

    @Test
    void theContentHashDependsOnContentAlone() {
        GenerationRequested request = SampleRequests.plain()
                .setTags(new TreeMap<>(Map.of("a", "1", "b", "2")))
                .build();
        var reversed = new TreeMap<String, String>(Comparator.reverseOrder());
        reversed.putAll(request.getTags());
        assertThat(ContentHash.of(SampleRequests.plain().setTags(reversed).build()))
                .isEqualTo(ContentHash.of(request))
                .hasSize(64);
        assertThat(ContentHash.of(SampleRequests.plain().setSeed(1).build()))
                .isNotEqualTo(ContentHash.of(SampleRequests.plain().build()));
    }

    @Test
    void theContentHashOfAPlainRequestStaysWhatItWas() {
        // SHA-256 of what the three fields without defaults write; a new field with a default must not change it.
        assertThat(ContentHash.of(SampleRequests.ofFirstRelease().build()))
                .isEqualTo("6ccea34fc260f41f00dcc93e787736cc290d392a41e07f136f3be397b7f8c5df");
    }
}
