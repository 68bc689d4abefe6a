package dev.sluice.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import org.apache.avro.Schema;

/**
 * A schema's text as the registry should hold it: that of the {@code .avsc} file. The generated classes' schemas carry
 * {@code avro.java.string} besides, and a registry takes that for another schema than the one which was registered from
 * the file.
 */
public final class RegisteredForm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JAVA_STRING = "avro.java.string";

    private RegisteredForm() {}

    public static String of(Schema schema) {
        try {
            return withoutJavaStrings(JSON.readTree(schema.toString())).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a schema that is not JSON: " + schema.getFullName(), e);
        }
    }

    private static JsonNode withoutJavaStrings(JsonNode node) {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withoutJavaStrings(array.get(i)));
            }
        } else if (node instanceof ObjectNode object) {
            boolean javaString = object.remove(JAVA_STRING) != null;
            if (javaString && object.size() == 1 && object.path("type").isTextual()) {
                return object.path("type");
            }
            for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                object.set(name, withoutJavaStrings(object.get(name)));
            }
        }
        return node;
    }
}
