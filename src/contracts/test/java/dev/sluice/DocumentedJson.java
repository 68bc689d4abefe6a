package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The schemas of what commands print as JSON, under {@code docs/json}, and whether something printed is as they say. */
public final class DocumentedJson {
    static final Path FOLDER = Path.of("docs/json");
    static final String ENDING = ".schema.json";

    private static final JsonMapper JSON = new JsonMapper();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private DocumentedJson() {}

    /**
     * Fails where something printed is not as its schema says.
     *
     * @param name of the schema's file, without its ending
     */
    public static void assertDocumented(String name, String printed) {
        try {
            assertDocumented(name, JSON.readTree(printed));
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + printed, e);
        }
    }

    /**
     * Fails as above.
     *
     * @param name as above
     */
    public static void assertDocumented(String name, JsonNode printed) {
        assertThat(SCHEMAS.getSchema(schema(name)).validate(printed))
                .extracting(Error::toString)
                .as("%s, by %s", printed, name)
                .isEmpty();
    }

    static JsonNode schema(String name) {
        try {
            return JSON.readTree(Files.readString(FOLDER.resolve(name + ENDING)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
