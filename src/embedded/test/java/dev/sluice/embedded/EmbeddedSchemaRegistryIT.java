package dev.sluice.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class EmbeddedSchemaRegistryIT {
    private static final String V1 = record("""
            {"name":"a","type":"string"}""");
    /** Reads V1, and V1 reads it. */
    private static final String V2 = record("""
            {"name":"a","type":"string"},{"name":"b","type":"int","default":0}""");
    /** Does not read V1; V1 reads it. */
    private static final String WITH_REQUIRED_FIELD = record("""
            {"name":"a","type":"string"},{"name":"c","type":"int"}""");

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private EmbeddedSchemaRegistry registry;

    @BeforeEach
    void start() {
        registry = EmbeddedSchemaRegistry.start(folder, 0);
    }

    @AfterEach
    void stop() {
        registry.close();
        http.close();
    }

    @Test
    void idsBelongToSchemasAndVersionsToSubjects() {
        assertThat(register("one", V1)).isEqualTo(ok("{'id':1}"));
        assertThat(register("one", V2)).isEqualTo(ok("{'id':2}"));
        assertThat(register("one", V1)).isEqualTo(ok("{'id':1}"));
        assertThat(register("two", V2)).isEqualTo(ok("{'id':2}"));

        assertThat(get("/subjects")).isEqualTo(ok("['one','two']"));
        assertThat(get("/subjects/one/versions")).isEqualTo(ok("[1,2]"));
        assertThat(get("/subjects/two/versions")).isEqualTo(ok("[1]"));
        assertThat(get("/schemas/ids/2")).isEqualTo(new Answer(200, schemaBody(V2)));
        assertThat(get("/schemas/types")).isEqualTo(ok("['AVRO']"));
    }

    @Test
    void aVersionIsFoundByNumberByLatestAndBySchema() {
        register("one", V1);
        register("one", V2);
        Answer second = new Answer(
                200, schemaBody(V2).put("subject", "one").put("version", 2).put("id", 2));

        assertThat(get("/subjects/one/versions/2")).isEqualTo(second);
        assertThat(get("/subjects/one/versions/latest")).isEqualTo(second);
        assertThat(post("/subjects/one", V2)).isEqualTo(second);
    }

    @Test
    void subjectsWithSlashesAndSpacesArePercentEncoded() {
        register("a%2Fb%20c+d", V1);

        assertThat(get("/subjects")).isEqualTo(ok("['a/b c+d']"));
    }

    @Test
    void whatIsNotThereHasConfluentsErrorCodes() {
        register("one", V1);

        assertThat(get("/subjects/none/versions").code()).isEqualTo("404 40401");
        assertThat(post("/subjects/none", V1).code()).isEqualTo("404 40401");
        assertThat(get("/subjects/one/versions/2").code()).isEqualTo("404 40402");
        assertThat(get("/schemas/ids/2").code()).isEqualTo("404 40403");
        assertThat(post("/subjects/one", V2).code()).isEqualTo("404 40403");
        assertThat(get("/config/one").code()).isEqualTo("404 40408");
        assertThat(get("/nowhere").code()).isEqualTo("404 404");
    }

    @Test
    void whatIsInvalidHasConfluentsErrorCodes() {
        register("one", V1);

        assertThat(register("one", "{\"type\":\"nothing\"}").code()).isEqualTo("422 42201");
        assertThat(get("/subjects/one/versions/zero").code()).isEqualTo("422 42202");
        assertThat(send("PUT", "/config", "{\"compatibility\":\"SIDEWAYS\"}").code())
                .isEqualTo("422 42203");
        assertThat(send("POST", "/subjects/one/versions", "{").code()).isEqualTo("400 400");
        assertThat(send("DELETE", "/subjects/one", "").code()).isEqualTo("405 405");
    }

    @Test
    void anIncompatibleSchemaIsRefusedAndLeavesNoTrace() {
        register("one", V1);

        assertThat(register("one", WITH_REQUIRED_FIELD).code()).isEqualTo("409 409");
        assertThat(get("/subjects/one/versions")).isEqualTo(ok("[1]"));
        assertThat(register("two", V2)).isEqualTo(ok("{'id':2}"));
    }

    @Test
    void theLevelOfASubjectComesBeforeTheLevelOfAll() {
        register("one", V1);

        assertThat(get("/config")).isEqualTo(ok("{'compatibilityLevel':'BACKWARD'}"));
        assertThat(send("PUT", "/config/one", "{\"compatibility\":\"FORWARD\"}"))
                .isEqualTo(ok("{'compatibility':'FORWARD'}"));
        assertThat(get("/config/one")).isEqualTo(ok("{'compatibilityLevel':'FORWARD'}"));
        assertThat(get("/config/two?defaultToGlobal=true")).isEqualTo(ok("{'compatibilityLevel':'BACKWARD'}"));
        assertThat(register("one", WITH_REQUIRED_FIELD).status()).isEqualTo(200);
    }

    @Test
    void compatibilityIsToldWithoutRegistering() {
        register("one", V1);

        assertThat(post("/compatibility/subjects/one/versions/latest", V2)).isEqualTo(ok("{'is_compatible':true}"));
        assertThat(post("/compatibility/subjects/one/versions/1", WITH_REQUIRED_FIELD))
                .isEqualTo(ok("{'is_compatible':false}"));
        assertThat(post("/compatibility/subjects/one/versions?verbose=true", WITH_REQUIRED_FIELD)
                        .body()
                        .path("messages"))
                .hasSize(1);
        assertThat(post("/compatibility/subjects/none/versions/latest", V1).code())
                .isEqualTo("404 40401");
        assertThat(get("/subjects/one/versions")).isEqualTo(ok("[1]"));
    }

    @Test
    void restartKeepsIdsVersionsAndLevels() {
        register("one", V1);
        register("one", V2);
        send("PUT", "/config/one", "{\"compatibility\":\"NONE\"}");

        registry.close();
        registry = EmbeddedSchemaRegistry.start(folder, 0);

        assertThat(register("two", V2)).isEqualTo(ok("{'id':2}"));
        assertThat(get("/subjects/one/versions")).isEqualTo(ok("[1,2]"));
        assertThat(get("/config/one")).isEqualTo(ok("{'compatibilityLevel':'NONE'}"));
        assertThat(register("one", WITH_REQUIRED_FIELD)).isEqualTo(ok("{'id':3}"));
    }

    @Test
    void aLineThatACrashCutShortIsDropped() throws Exception {
        register("one", V1);
        registry.close();
        Files.writeString(folder.resolve("registry.jsonl"), "{\"type\":\"sch", StandardOpenOption.APPEND);

        registry = EmbeddedSchemaRegistry.start(folder, 0);
        register("one", V2);
        registry.close();
        registry = EmbeddedSchemaRegistry.start(folder, 0);

        assertThat(get("/subjects/one/versions")).isEqualTo(ok("[1,2]"));
    }

    @Test
    void aFolderInUseIsRefused() {
        assertThatThrownBy(() -> EmbeddedSchemaRegistry.start(folder, 0))
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining(folder.toString());
    }

    /** What the registry said. */
    private record Answer(int status, JsonNode body) {
        String code() {
            return status + " " + body.path("error_code").asInt();
        }
    }

    private Answer ok(String body) {
        try {
            return new Answer(200, json.readTree(body.replace('\'', '"')));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Answer register(String subject, String schema) {
        return post("/subjects/" + subject + "/versions", schema);
    }

    private Answer post(String path, String schema) {
        return send("POST", path, schemaBody(schema).toString());
    }

    private Answer get(String path) {
        return send("GET", path, "");
    }

    private Answer send(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(registry.url() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, BodyHandlers.ofByteArray())
                .thenApply(response -> {
                    try {
                        return new Answer(response.statusCode(), json.readTree(response.body()));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .join();
    }

    private static ObjectNode schemaBody(String schema) {
        return JsonNodeFactory.instance.objectNode().put("schema", schema);
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }
}
