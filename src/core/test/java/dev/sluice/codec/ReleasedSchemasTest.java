package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.SchemaEdits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a registry calls FULL_TRANSITIVE: every contract reads every released version of itself, and the other way round. */
class ReleasedSchemasTest {
    private static final Path RELEASED = Path.of("schemas/released");

    /** A folder for each release. */
    static List<Path> releases() throws IOException {
        try (Stream<Path> folders = Files.list(RELEASED)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    @Test
    void thereIsARelease() throws IOException {
        assertThat(releases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("releases")
    void everyContractIsFullyCompatibleWithItsReleasedVersion(Path release) throws IOException {
        Map<String, Schema> current =
                ContractsTest.contracts().stream().collect(Collectors.toMap(Schema::getFullName, Function.identity()));
        List<Schema> released = ContractsTest.contractsIn(release, path -> true);

        assertThat(released)
                .extracting(Schema::getName)
                .contains("GenerationRequested", "CostIncurred", "PendingRequest");
        assertThat(current.keySet())
                .as("a released contract stays")
                .containsAll(released.stream().map(Schema::getFullName).toList());
        for (Schema old : released) {
            Schema now = Objects.requireNonNull(current.get(old.getFullName()));
            assertThat(problems(now, old)).as(old.getFullName()).isEmpty();
        }
    }

    /** The check can fail. */
    @Test
    void seesEveryKindOfBreakingEdit() {
        Schema requested = GenerationRequested.getClassSchema();
        Schema cost = CostIncurred.getClassSchema();
        Schema text = Schema.create(Schema.Type.STRING);

        assertThat(problems(requested, requested)).isEmpty();
        assertThat(problems(
                        SchemaEdits.with(requested, "{\"name\": \"added\", \"type\": \"int\", \"default\": 0}"),
                        requested))
                .isEmpty();
        assertThat(problems(SchemaEdits.without(requested, "tags"), requested)).isEmpty();

        assertThat(problems(SchemaEdits.with(requested, "{\"name\": \"added\", \"type\": \"int\"}"), requested))
                .singleElement()
                .asString()
                .startsWith("the new one can't read the released one");
        assertThat(problems(SchemaEdits.without(requested, "tenantId"), requested))
                .singleElement()
                .asString()
                .startsWith("the released one can't read the new one");
        assertThat(problems(SchemaEdits.withType(cost, "deviceNanos", text), cost))
                .hasSize(2);
    }

    private static List<String> problems(Schema current, Schema released) {
        List<String> problems = new ArrayList<>();
        check("the new one can't read the released one", current, released, problems);
        check("the released one can't read the new one", released, current, problems);
        return problems;
    }

    private static void check(String what, Schema reader, Schema writer, List<String> problems) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        if (result.getType() != SchemaCompatibilityType.COMPATIBLE) {
            problems.add(what + ": " + result.getResult().getIncompatibilities());
        }
    }
}
