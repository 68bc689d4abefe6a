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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "302 | https://ann:secret@login.example:8443/in?token=secret | '' | sent on to https://login.example:8443/in",
                "301 | /elsewhere | '' | sent on to /elsewhere",
                "307 | | '' | sent on: a login page",
                "200 | | <html>log in</html> | no JSON but text/html: a login page or a proxy",
                "404 | | <html>nothing here</html> | no JSON but text/html: a login page or a proxy",
                "403 | | '{\"error_code\":40301,\"message\":\"User is\\nden\\u001bied\"}' | (error code 40301): User is den ied",
                "503 | | '{}' | no message",
            })
    void namesTheAddressAndWhatItAnswered(int status, String location, String body, String said) throws IOException {
        try (var server = new StubRegistryServer(
                        asked -> new StubRegistryServer.Reply(status, body, "text/html", location));
                var registry = registry(Optional.of("Basic hidden"), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3))
                    .isInstanceOf(UnexpectedAnswerException.class)
                    .hasMessageStartingWith(server.address() + "schemas/ids/3 answered " + status)
                    .hasMessageContaining(said)
                    .hasMessageNotContainingAny("secret", "hidden", "\n");
        }
    }

    @Test
    void tellsWhatEachSilentAddressDid() throws IOException {
        URI nobody = nobody();
        try (var registry = registry(Optional.empty(), nobody)) {
            assertThatThrownBy(() -> registry.schemaOf(3))
                    .isExactlyInstanceOf(RegistryUnavailableException.class)
                    .hasMessage("no schema registry answers: " + nobody + ": connection refused");
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
    void resolvesWhatASchemaRefersTo() throws IOException {
        try (var server = new StubRegistryServer(asked -> switch (asked.path()) {
                    case "/schemas/ids/3" ->
                        schema(record("Top", "a.Middle"), "{'name':'a.Middle','subject':'mid dle','version':4}");
                    case "/subjects/mid%20dle/versions/4" ->
                        schema(record("a.Middle", "a.Leaf"), "{'name':'a.Leaf','subject':'leaf','version':1}");
                    case "/subjects/leaf/versions/1" -> schema(record("a.Leaf", "int"));
                    default -> StubRegistryServer.Reply.json(404, "{}");
                });
                var registry = registry(Optional.empty(), server.address())) {
            Schema top = registry.schemaOf(3);

            assertThat(top.getField("f").schema().getField("f").schema().getFullName())
                    .isEqualTo("a.Leaf");
            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void namesTheReferenceThatTheRegistryDoesNotHave() throws IOException {
        try (var server = new StubRegistryServer(asked -> asked.path().equals("/schemas/ids/3")
                        ? schema(record("Top", "a.Leaf"), "{'name':'a.Leaf','subject':'leaf','version':2}")
                        : StubRegistryServer.Reply.json(404, "{\"error_code\": 40402}"));
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3))
                    .isInstanceOf(UnknownSchemaException.class)
                    .hasMessageContaining("schema 3 refers to version 2 of leaf");
        }
    }

    @Test
    void namesTheReferencesOfASchemaThatCannotBeParsedWithThem() throws IOException {
        try (var server = new StubRegistryServer(asked -> asked.path().equals("/schemas/ids/3")
                        ? schema(record("Top", "a.Gone"), "{'name':'a.Leaf','subject':'leaf','version':2}")
                        : schema(record("a.Leaf", "int")));
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(3))
                    .isInstanceOf(UndecodableException.class)
                    .hasMessageContaining("can't be parsed together with [leaf version 2]");
        }
    }

    @Test
    void boundsHowManySchemasAreReferredTo() throws IOException {
        // Each version refers to the next two.
        try (var server = new StubRegistryServer(asked -> {
                    int version = Integer.parseInt(asked.path().replaceAll(".*/", ""));
                    return schema(
                            record("R" + version, "int"),
                            "{'name':'x','subject':'s','version':" + 2 * version + "}",
                            "{'name':'y','subject':'s','version':" + (2 * version + 1) + "}");
                });
                var registry = registry(Optional.empty(), server.address())) {
            assertThatThrownBy(() -> registry.schemaOf(1))
                    .isInstanceOf(UndecodableException.class)
                    .hasMessageContaining("schema 1 refers to more than 32 schemas, or more than 8 deep");
            assertThat(server.asked()).hasSizeLessThan(40);
        }
    }

    private static String record(String name, String field) {
        return "{'type':'record','name':'" + name + "','fields':[{'name':'f','type':'" + field + "'}]}";
    }

    private static StubRegistryServer.Reply schema(String text, String... references) {
        String body =
                "{'schema':'" + text.replace("'", "\\'") + "','references':[" + String.join(",", references) + "]}";
        return StubRegistryServer.Reply.json(200, body.replace("\\'", "\\\"").replace('\'', '"'));
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
