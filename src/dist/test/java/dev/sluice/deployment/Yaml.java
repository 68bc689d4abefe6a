package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads YAML with anchors and merge keys resolved, as Docker Compose and Helm do; Jackson's own reader keeps them apart. */
public final class Yaml {
    private static final JsonMapper JSON = new JsonMapper();

    private Yaml() {}

    /** The one document of a file. */
    public static JsonNode read(Path file) {
        try {
            List<JsonNode> documents = documents(Files.readString(file));
            if (documents.size() != 1) {
                throw new IllegalArgumentException(file + " holds " + documents.size() + " documents");
            }
            return documents.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every document that is not empty. A key that stands twice in a mapping is refused. */
    public static List<JsonNode> documents(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text)) {
            if (document != null) {
                documents.add(JSON.valueToTree(document));
            }
        }
        return documents;
    }
}
