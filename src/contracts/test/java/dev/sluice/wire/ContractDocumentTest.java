package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.events.v1.GenerationCancelled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** {@code schemas/asyncapi.yaml} says what the Avro files, the topics and the envelope are. */
class ContractDocumentTest {
    /** What each channel is called on the broker. */
    private Map<String, String> addresses() {
        return document.get("channels").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().get("address").textValue()));
    }

    private static final Path FOLDER = Path.of("schemas");
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final JsonNode document = read(FOLDER.resolve("asyncapi.yaml"));

    @Test
    void isAnAsyncApiDocument() {
        assertThat(problems(resolved(document))).isEmpty();
    }

    @Test
    void isFoundWrongWhereItIs() {
        ObjectNode noAction = resolved(document);
        ((ObjectNode) noAction.at("/operations/charge")).put("action", "ask");
        ObjectNode noAvro = resolved(document);
        ((ObjectNode) noAvro.at("/components/messages/CostIncurred/payload/schema")).remove("fields");

        assertThat(problems(noAction)).anyMatch(problem -> problem.contains("/operations/charge"));
        assertThat(problems(noAvro)).anyMatch(problem -> problem.contains("CostIncurred/payload"));
    }

    @Test
    void namesTheTopicsThatTheChartMakes() {
        Map<String, String> made = read(Path.of("helm", "sluice", "values.yaml")).get("topics").properties().stream()
                .filter(entry -> entry.getValue().isTextual())
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().textValue()));

        assertThat(addresses()).isEqualTo(made);
    }

    @Test
    void everyTopicIsAChannelAndHasAnOperation() {
        Map<String, String> addresses = addresses();
        assertThat(addresses.values()).containsExactlyInAnyOrderElementsOf(Topics.DEFAULT.all());
        assertThat(addresses)
                .containsEntry("requests", Topics.DEFAULT.requests())
                .containsEntry("cancellations", Topics.DEFAULT.cancellations())
                .containsEntry("completions", Topics.DEFAULT.completions())
                .containsEntry("failures", Topics.DEFAULT.failures())
                .containsEntry("costs", Topics.DEFAULT.costs())
                .containsEntry("progress", Topics.DEFAULT.progress())
                .containsEntry("deadLetters", Topics.DEFAULT.deadLetters());

        Map<String, String> actions = document.get("operations")
                .valueStream()
                .collect(Collectors.toMap(
                        operation -> last(operation.at("/channel/$ref").textValue()),
                        operation -> operation.get("action").textValue()));
        assertThat(actions.keySet()).isEqualTo(addresses.keySet());
        Set<String> received = actions.entrySet().stream()
                .filter(entry -> entry.getValue().equals("receive"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertThat(received).containsExactlyInAnyOrder("requests", "cancellations");
    }

    @Test
    void everyContractIsAMessageOfItsTopic() throws IOException {
        Set<String> files;
        try (Stream<Path> all = Files.list(FOLDER)) {
            files = all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".avsc"))
                    .map(name -> name.replace(".avsc", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        Set<String> carried = new TreeSet<>();
        document.get("channels")
                .forEach(channel -> channel.get("messages")
                        .forEach(message -> carried.add(last(message.get("$ref").textValue()))));
        assertThat(carried).containsAll(files).hasSize(files.size() + 1).contains("DeadLetter");
        for (String name : files) {
            JsonNode message = document.at("/components/messages/" + name);
            assertThat(message.at("/payload/schema/$ref").textValue()).isEqualTo("./" + name + ".avsc");
            assertThat(message.at("/payload/schemaFormat").textValue()).startsWith("application/vnd.apache.avro");
            assertThat(message.at("/bindings/kafka/key/type").textValue()).isEqualTo("string");
            JsonNode avro = read(FOLDER.resolve(name + ".avsc"));
            assertThat(avro.get("name").textValue()).isEqualTo(name);
            assertThat(avro.get("doc").textValue())
                    .contains("Key: "
                            + message.at("/bindings/kafka/key/description").textValue());
        }
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collect(document, references);

        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            } else {
                assertThat(FOLDER.resolve(reference)).exists();
            }
        });
    }

    @Test
    void headersAreThoseThatTheEnvelopeWrites() {
        var headers = new RecordHeaders();
        CloudEvent event = CloudEvent.of(new GenerationCancelled("id", ""), "me", Instant.EPOCH);
        event.writeTo(headers, Optional.of(TRACE));
        JsonNode envelope = document.at("/components/schemas/Envelope/properties");

        Set<String> written = new HashSet<>();
        for (Header header : headers) {
            written.add(header.key());
        }
        assertThat(names(envelope)).isEqualTo(written);
        assertThat(envelope.at("/ce_specversion/const").textValue()).isEqualTo("1.0");
        assertThat(TRACE).matches(envelope.at("/traceparent/pattern").textValue());
        assertThat(typeOf("GenerationCancelled")).isEqualTo(event.type());
        assertThat(event.type()).isEqualTo("dev.sluice.generation.cancelled.v1");
        document.get("components").get("messages").properties().stream()
                .filter(entry -> !entry.getKey().equals("DeadLetter"))
                .forEach(entry -> assertThat(
                                entry.getValue().at("/headers/allOf/0/$ref").textValue())
                        .isEqualTo("#/components/schemas/Envelope"));
        assertThat(Stream.of("GenerationRequested", "GenerationCompleted", "GenerationFailed", "GenerationProgressed")
                        .map(this::typeOf))
                .containsExactly(
                        "dev.sluice.generation.requested.v1",
                        "dev.sluice.generation.completed.v1",
                        "dev.sluice.generation.failed.v1",
                        "dev.sluice.generation.progressed.v1");
        assertThat(typeOf("CostIncurred")).isEqualTo("dev.sluice.cost.incurred.v1");
    }

    private String typeOf(String message) {
        return document.at("/components/messages/" + message + "/headers/allOf/1/properties/ce_type/const")
                .textValue();
    }

    private static List<String> problems(JsonNode candidate) {
        try (InputStream text =
                ContractDocumentTest.class.getResourceAsStream("/asyncapi/asyncapi-3.0.0.schema.json")) {
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(new JsonMapper().readTree(text));
            return schema.validate(candidate).stream().map(Object::toString).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The document as its readers have it, with the Avro files in the place of references. */
    private static ObjectNode resolved(JsonNode node) {
        return (ObjectNode) inlined(node.deepCopy());
    }

    private static JsonNode inlined(JsonNode node) {
        if (node.path("$ref").asText().endsWith(".avsc")) {
            return read(FOLDER.resolve(node.get("$ref").textValue()));
        }
        if (node instanceof ObjectNode object) {
            names(object).forEach(name -> object.set(name, inlined(object.get(name))));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, inlined(array.get(i)));
            }
        }
        return node;
    }

    private static void collect(JsonNode node, Collection<String> references) {
        if (node.path("$ref").isTextual()) {
            references.add(node.get("$ref").textValue());
        }
        node.forEach(child -> collect(child, references));
    }

    private static Set<String> names(JsonNode object) {
        return object.propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    private static String last(String reference) {
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    private static JsonNode read(Path file) {
        try {
            return new YAMLMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
