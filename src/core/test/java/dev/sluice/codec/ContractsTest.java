package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.FailureCode;
import dev.sluice.wire.RegisteredForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

public class ContractsTest {
    private static final Path SCHEMAS = Path.of("schemas");

    /** Everything in {@code schemas/} but releases, read as the build reads it: together, since state embeds events. */
    static List<Schema> contracts() throws IOException {
        return contractsIn(SCHEMAS, path -> !path.startsWith(SCHEMAS.resolve("released")));
    }

    public static List<Schema> contractsIn(Path folder, Predicate<Path> wanted) throws IOException {
        var parser = new SchemaParser();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".avsc"))
                    .filter(wanted)
                    .toList()) {
                parser.parse(file);
            }
        }
        return parser.getParsedNamedSchemas();
    }

    static Stream<Schema> events() {
        return Stream.of(
                GenerationRequested.getClassSchema(),
                GenerationCancelled.getClassSchema(),
                GenerationCompleted.getClassSchema(),
                GenerationFailed.getClassSchema(),
                GenerationProgressed.getClassSchema(),
                CostIncurred.getClassSchema());
    }

    /** Where images go and code comes from is the operator's to say. */
    @Test
    void aRequestHasNoFieldForAnAddress() {
        List<String> fields = namedTypes(GenerationRequested.getClassSchema(), new HashSet<>()).stream()
                .filter(type -> type.getType() == Schema.Type.RECORD)
                .flatMap(type -> type.getFields().stream())
                .map(Schema.Field::name)
                .toList();

        assertThat(fields).contains("requestId", "text");
        assertThat(fields)
                .noneMatch(
                        name -> name.matches("(?i).*(ur[il]|bucket|endpoint|host|path|address|file|object|topic).*"));
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void everyTypeAndFieldSaysWhatItIs(Schema contract) {
        var silent = new ArrayList<String>();
        for (Schema type : namedTypes(contract, new HashSet<>())) {
            if (isBlank(type.getDoc())) {
                silent.add(type.getFullName());
            }
            if (type.getType() == Schema.Type.RECORD) {
                type.getFields().stream()
                        .filter(field -> isBlank(field.doc()))
                        .forEach(field -> silent.add(type.getFullName() + "." + field.name()));
            }
        }
        assertThat(silent).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void everyEnumReadsSymbolsNewerThanItselfAsUnknown(Schema contract) {
        assertThat(namedTypes(contract, new HashSet<>()))
                .filteredOn(type -> type.getType() == Schema.Type.ENUM)
                .allSatisfy(type -> assertThat(type.getEnumDefault()).isEqualTo("UNKNOWN"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void aRegistryIsShownTheContractAsItsFileHasIt(Schema generated) throws IOException {
        Schema file = new SchemaParser()
                .parse(SCHEMAS.resolve(generated.getName() + ".avsc"))
                .mainSchema();
        Schema shown = new SchemaParser().parse(RegisteredForm.of(generated)).mainSchema();
        assertThat(shown).isEqualTo(file);
        assertThat(shown.toString()).isEqualTo(file.toString());
    }

    @Test
    void everyFailureCodeIsInTheContract() {
        Stream<String> codes = Stream.concat(
                Stream.of("UNKNOWN"), Arrays.stream(FailureCode.values()).map(FailureCode::name));
        assertThat(GenerationFailureCode.values())
                .extracting(GenerationFailureCode::name)
                .containsExactlyElementsOf(codes.toList());
    }

    private static boolean isBlank(@Nullable String doc) {
        return doc == null || doc.isBlank();
    }

    private static Set<Schema> namedTypes(Schema schema, Set<Schema> found) {
        switch (schema.getType()) {
            case RECORD -> {
                if (found.add(schema)) {
                    schema.getFields().forEach(field -> namedTypes(field.schema(), found));
                }
            }
            case ENUM -> found.add(schema);
            case ARRAY -> namedTypes(schema.getElementType(), found);
            case MAP -> namedTypes(schema.getValueType(), found);
            case UNION -> schema.getTypes().forEach(branch -> namedTypes(branch, found));
            default -> {}
        }
        return found;
    }
}
