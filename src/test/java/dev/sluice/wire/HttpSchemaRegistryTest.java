package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.GenerationCancelled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpSchemaRegistryTest {
    private static final Schema SCHEMA = GenerationCancelled.getClassSchema();

    @Test
    void registersTheContractsTextUnderTheSubject() throws IOException {
        try (var server = new StubRegistryServer(200, "{\"id\": 7}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThat(registry.register("a topic/x-value", SCHEMA)).isEqualTo(7);
            var asked = server.asked().getFirst();
            assertThat(asked.method()).isEqualTo("POST");
            assertThat(asked.path()).isEqualTo("/subjects/a%20topic%2Fx-value/versions");
            assertThat(asked.contentType()).isEqualTo("application/vnd.schemaregistry.v1+json");
            assertThat(asked.authorization()).isEmpty();
            assertThat(asked.body()).startsWith("{\"schema\":").doesNotContain("avro.java.string");
        }
    }

    @Test
    void authenticatesWithUserAndPassword() throws IOException {
        try (var server = new StubRegistryServer(200, "{\"id\": 7}");
                var registry = AvroConfig.of(Map.of(
                                "schema.registry.url",
                                server.address().toString(),
                                "basic.auth.user.info",
                                "ann:secret"))
                        .connect()) {
            registry.idOf("s-value", SCHEMA);
            assertThat(server.asked().getFirst().authorization()).isEqualTo("Basic YW5uOnNlY3JldA==");
            assertThat(server.asked().getFirst().path()).isEqualTo("/subjects/s-value");
        }
    }

    @Test
    void fetchesASchemaByItsId() throws IOException {
        try (var server = new StubRegistryServer(200, "{\"schema\": \"\\\"string\\\"\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThat(registry.schemaOf(3)).isEqualTo(Schema.create(Schema.Type.STRING));
            assertThat(server.asked().getFirst().path()).isEqualTo("/schemas/ids/3");
        }
    }

    @Test
    void saysThatAnIdIsUnknownOnlyWhereTheRegistrySaysSo() throws IOException {
        try (var server = new StubRegistryServer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(UnknownSchemaException.class);
        }
        try (var proxy = new StubRegistryServer(404, "<html>nothing here</html>");
                var registry = registry(Optional.empty(), proxy.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"500, {}", "503, {}", "429, {}", "200, {}", "200, <html>", "302, ''"})
    void isUnavailableWhereAnAnswerIsNone(int status, String body) throws IOException {
        try (var server = new StubRegistryServer(status, body);
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(RegistryUnavailableException.class);
            assertThatThrownBy(() -> registry.register("s", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void isUnavailableWhereNobodyListens() throws IOException {
        try (var registry = registry(Optional.empty(), nobody())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void passesOverAddressesThatAreInTroubleAndRemembersTheGoodOne() throws IOException {
        try (var sick = new StubRegistryServer(500, "{}");
                var well = new StubRegistryServer(200, "{\"id\": 7}");
                var registry = registry(Optional.empty(), nobody(), sick.address(), well.address())) {
            assertThat(registry.register("s", SCHEMA)).isEqualTo(7);
            assertThat(registry.register("s", SCHEMA)).isEqualTo(7);
            assertThat(sick.asked()).hasSize(1);
            assertThat(well.asked()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"409, 409", "422, 42201"})
    void tellsARefusedSchemaFromAnOutage(int status, int code) throws IOException {
        try (var server = new StubRegistryServer(status, "{\"error_code\": " + code + ", \"message\": \"no\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.register("s", SCHEMA))
                    .isInstanceOf(SchemaRejectedException.class)
                    .hasMessageContaining("no");
        }
    }

    @ParameterizedTest
    @CsvSource({"401, CREDENTIALS", "403, FORBIDDEN"})
    void doesNotTakeAWrongPasswordForAnOutage(int status, SchemaRejectedException.Reason reason) throws IOException {
        try (var server = new StubRegistryServer(status, "<html>no</html>");
                var registry = registry(Optional.of("Basic YW5uOnNlY3JldA=="), server.address())) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> registry.register("s-value", SCHEMA), () -> registry.idOf("s-value", SCHEMA))) {
                assertThatExceptionOfType(SchemaRejectedException.class)
                        .isThrownBy(call)
                        .withMessageContaining("s-value")
                        .withMessageContaining(String.valueOf(status))
                        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(reason));
            }
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"40401", "40403"})
    void rejectsALookUpOfWhatIsNotRegistered(int code) throws IOException {
        try (var server = new StubRegistryServer(404, "{\"error_code\": " + code + "}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.idOf("s", SCHEMA)).isInstanceOf(SchemaRejectedException.class);
        }
    }

    @Test
    void callsASchemaThatIsNotAvroPoison() throws IOException {
        try (var server = new StubRegistryServer(200, "{\"schema\": \"syntax\", \"schemaType\": \"PROTOBUF\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(UndecodableException.class);
        }
    }

    @Test
    void callsASchemaOfAnyLengthPoisonAndReadsNoMoreOfItThanAllowed() throws IOException {
        try (var server = new StubRegistryServer(200, "{\"schema\": \"" + "x".repeat(8 << 20) + "\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3))
                    .isInstanceOf(UndecodableException.class)
                    .hasMessageContaining("1048576 bytes");
            assertThatThrownBy(() -> registry.register("s", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void callsASchemaThatNoParserTakesPoison() throws IOException {
        String nested = "{\\\"type\\\":\\\"array\\\",\\\"items\\\":".repeat(20_000);
        try (var server = new StubRegistryServer(200, "{\"schema\": \"" + nested + "\"}");
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3)).isInstanceOf(UndecodableException.class);
        }
    }

    private static HttpSchemaRegistry registry(Optional<String> authorization, URI... addresses) {
        return new HttpSchemaRegistry(List.of(addresses), authorization, Optional.empty(), Duration.ofSeconds(5));
    }

    private static URI nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
