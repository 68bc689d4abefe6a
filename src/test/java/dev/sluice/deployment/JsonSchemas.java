package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;

/** JSON schema, draft 7: what Helm and Docker Compose check with. */
final class JsonSchemas {
    private JsonSchemas() {}

    /** What is wrong with a value, each with its path; empty where nothing is. */
    static List<String> problems(JsonNode schema, JsonNode value) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(schema)
                .validate(value)
                .stream()
                .map(Error::toString)
                .toList();
    }
}
