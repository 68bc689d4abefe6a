package dev.sluice.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.wire.HttpSchemaRegistry.Answer;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Reads and sets a registry's subjects and their compatibility levels: for administration, not for serializers. Asks
 * once, and does not wait. Any thread may call.
 *
 * <p>All calls throw {@link RegistryUnavailableException} where there is no answer, and {@link SchemaRejectedException}
 * where the caller may not ask.
 */
public final class RegistryAdmin implements AutoCloseable {
    /** The level that keeps the contracts' promise: every version reads every other. */
    public static final String FULL_TRANSITIVE = "FULL_TRANSITIVE";

    /**
     * The version that a publisher with {@code use.latest.version} writes.
     *
     * @param schema empty where it is none of Avro's
     */
    public record Latest(int version, Optional<Schema> schema) {}

    private final HttpSchemaRegistry registry;

    RegistryAdmin(HttpSchemaRegistry registry) {
        this.registry = registry;
    }

    /**
     * Registers the contract, or finds that it is.
     *
     * @return the schema's id
     */
    public int register(Subject subject) {
        return registry.register(subject.name(), subject.schema());
    }

    /** Whether the contract is a version of the subject, as a serializer that may not register asks. */
    public boolean has(Subject subject) {
        try {
            registry.idOf(subject.name(), subject.schema());
            return true;
        } catch (SchemaRejectedException e) {
            if (e.reason() == SchemaRejectedException.Reason.MISSING) {
                return false;
            }
            throw e;
        }
    }

    /** The subject's latest version; empty where there is no such subject. */
    public Optional<Latest> latest(String subject) {
        Answer answer = ask("GET", "/subjects/" + HttpSchemaRegistry.encoded(subject) + "/versions/latest", subject);
        if (answer.status() == 404 && answer.errorCode() != 0) {
            return Optional.empty();
        }
        int version = HttpSchemaRegistry.required(answer, "version").asInt();
        return Optional.of(new Latest(version, parsed(answer.body())));
    }

    /** The compatibility level that holds for the subject: its own, or else that of all. */
    public String level(String subject) {
        Answer own = ask("GET", "/config/" + HttpSchemaRegistry.encoded(subject) + "?defaultToGlobal=true", subject);
        // Older registries don't know the switch, and say no for a subject without a level of its own.
        Answer answer = own.status() == 404 ? ask("GET", "/config", subject) : own;
        return HttpSchemaRegistry.required(answer, "compatibilityLevel").asText();
    }

    /** Sets the subject's own level. */
    public void setLevel(String subject, String level) {
        Answer answer = HttpSchemaRegistry.allowed(
                registry.ask(
                        "PUT",
                        "/config/" + HttpSchemaRegistry.encoded(subject),
                        Optional.of(JsonNodeFactory.instance
                                .objectNode()
                                .put("compatibility", level)
                                .toString())),
                subject);
        HttpSchemaRegistry.required(answer, "compatibility");
    }

    @Override
    public void close() {
        registry.close();
    }

    private Answer ask(String method, String path, String subject) {
        return HttpSchemaRegistry.allowed(registry.ask(method, path, Optional.empty()), subject);
    }

    private static Optional<Schema> parsed(JsonNode body) {
        if (!body.path("schemaType").asText("AVRO").equals("AVRO")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Schema.Parser()
                    .setValidateDefaults(false)
                    .parse(body.path("schema").asText()));
        } catch (RuntimeException e) {
            // Text picked by somebody else can make the parser fail in any way.
            return Optional.empty();
        }
    }
}
