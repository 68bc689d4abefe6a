package dev.sluice;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the schemas are valid and restrictive. Printed output is checked against them where it is made. */
class DocumentedJsonTest {
    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(DocumentedJson.FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(DocumentedJson.ENDING))
                    .map(file -> file.substring(0, file.length() - DocumentedJson.ENDING.length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void isASchemaAndOnThePage(String name) throws IOException {
        JsonNode schema = DocumentedJson.schema(name);

        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(
                                com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"))
                        .validate(schema))
                .extracting(Error::toString)
                .isEmpty();
        assertThat(schema.get("title").textValue()).startsWith("sluice ");
        assertThat(Files.readString(Path.of("docs/json.md"))).contains("json/" + name + DocumentedJson.ENDING);
    }

    @Test
    void aFieldThatIsNotDocumentedIsFound() {
        assertDocumented("worker-keys", "[]");
        assertThatThrownBy(() -> assertDocumented("config", "{\"settings\":[],\"problems\":[],\"more\":1}"))
                .hasMessageContaining("more");
        assertThatThrownBy(() -> assertDocumented("config", "{\"settings\":[]}"))
                .hasMessageContaining("problems");
    }
}
