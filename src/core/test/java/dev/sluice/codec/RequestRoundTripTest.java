package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.GenerationRequest;
import dev.sluice.wire.AvroSerde;
import dev.sluice.wire.InMemorySchemaRegistry;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestRoundTripTest {
    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyRequestIsTheSameAfterATripThroughBytes(long seed) {
        GenerationRequest request = SampleRequests.random(seed);
        try (var serde = new AvroSerde<>(new InMemorySchemaRegistry(), GenerationRequested.class)) {
            byte[] bytes = serde.serializer().serialize("generation.requests", new RequestEncoder().encode(request));
            GenerationRequested read = serde.deserializer().deserialize("generation.requests", bytes);
            assertThat(new RequestDecoder().decode(read)).isEqualTo(new Decoded.Valid(request));
        }
    }
}
