package dev.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may see what. {@code app} wires everything and is the one package without a row. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.sluice");

    private static final List<String> EVERYWHERE = List.of("java..", "javax..", "org.jspecify.annotations");

    private static final String KAFKA = "org.apache.kafka..";
    private static final String AVRO = "org.apache.avro..";
    private static final String JACKSON = "com.fasterxml.jackson..";
    private static final String LOG = "org.slf4j..";
    /** Classes generated from the contracts and from the stores' schemas. */
    private static final List<String> GENERATED = List.of("dev.sluice.events..", "dev.sluice.state..");

    /** A row of the table. */
    record MaySee(String owner, List<String> packages) {
        static MaySee of(String owner, String... packages) {
            return new MaySee(owner, List.of(packages));
        }

        MaySee andGenerated() {
            return new MaySee(
                    owner, Stream.concat(packages.stream(), GENERATED.stream()).toList());
        }

        String[] allowed() {
            return Stream.of(EVERYWHERE, List.of(in(owner)), packages)
                    .flatMap(List::stream)
                    .toArray(String[]::new);
        }

        @Override
        public String toString() {
            return owner;
        }
    }

    static List<MaySee> table() {
        String request = in("request");
        String diffusion = in("diffusion");
        return List.of(
                MaySee.of("request"),
                MaySee.of("log", "org.apache.logging.log4j.."),
                // Tables and sentences that fit a terminal, and what is wrong with a file in words.
                MaySee.of("text", JACKSON),
                MaySee.of("diffusion", request),
                MaySee.of("model", request, diffusion, in("text"), "ai.djl..", JACKSON),
                MaySee.of("engine", request, diffusion, in("model"), LOG),
                MaySee.of("storage", request, "software.amazon.awssdk..", JACKSON, LOG),
                MaySee.of("wire", request, AVRO, KAFKA, JACKSON, LOG).andGenerated(),
                MaySee.of(
                                "stream",
                                request,
                                diffusion,
                                in("engine"),
                                in("storage"),
                                in("wire"),
                                AVRO,
                                KAFKA,
                                "org.rocksdb..",
                                LOG)
                        .andGenerated(),
                MaySee.of("audit", request, in("model"), in("engine"), in("stream"), LOG),
                MaySee.of(
                                "metrics",
                                request,
                                in("audit"),
                                in("model"),
                                in("engine"),
                                in("storage"),
                                in("wire"),
                                in("stream"),
                                KAFKA,
                                "io.micrometer..",
                                LOG)
                        .andGenerated(),
                // Spans are made of what stream and engine tell their observers, so those need not know OpenTelemetry.
                MaySee.of("trace", request, in("engine"), in("stream"), "io.opentelemetry.."),
                MaySee.of(
                        "standalone",
                        KAFKA,
                        "kafka.server..",
                        "scala..",
                        "org.gaul.s3proxy..",
                        AVRO,
                        JACKSON,
                        "com.sun.net.httpserver..",
                        LOG),
                // What upstream teams put into their own programs: contracts and Kafka's clients, nothing that serves.
                MaySee.of("client", in("wire"), AVRO, KAFKA).andGenerated(),
                // Reads charges off Kafka, for sluice cost; nothing that serves sees it.
                MaySee.of("cost", request, in("text"), in("wire"), AVRO, KAFKA, JACKSON)
                        .andGenerated(),
                // Reads what has become of requests, for sluice get; nothing that serves sees it.
                MaySee.of("lookup", in("wire"), in("deadletter"), AVRO, KAFKA).andGenerated(),
                // Reads dead letters and sends them back, for sluice dlq; nothing that serves sees it.
                MaySee.of("deadletter", in("wire"), KAFKA),
                // Simulates workers, for sluice capacity; nothing that serves sees it.
                MaySee.of("capacity", request, in("text"), in("engine"), JACKSON),
                MaySee.of("demo", request, in("text"), diffusion, in("model"), in("storage"), AVRO, JACKSON)
                        .andGenerated(),
                MaySee.of(
                                "bench",
                                request,
                                in("text"),
                                diffusion,
                                in("model"),
                                in("engine"),
                                in("storage"),
                                in("wire"),
                                in("stream"),
                                in("standalone"),
                                AVRO,
                                KAFKA,
                                JACKSON,
                                LOG)
                        .andGenerated(),
                MaySee.of(
                                "chaos",
                                request,
                                in("text"),
                                diffusion,
                                in("model"),
                                in("engine"),
                                in("storage"),
                                in("wire"),
                                in("stream"),
                                in("standalone"),
                                AVRO,
                                KAFKA,
                                JACKSON,
                                "software.amazon.awssdk..",
                                "com.sun.net.httpserver..",
                                LOG)
                        .andGenerated());
    }

    @ParameterizedTest
    @MethodSource("table")
    void packageSeesOnlyItsRowOfTheTable(MaySee row) {
        classes()
                .that()
                .resideInAPackage(in(row.owner()))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(row.allowed())
                .check(CLASSES);
    }

    @Test
    void everyPackageHasARow() {
        Set<String> owners = table().stream().map(MaySee::owner).collect(Collectors.toCollection(TreeSet::new));
        owners.addAll(List.of("app", "events", "state"));
        Set<String> found = CLASSES.stream()
                .map(type -> type.getPackageName().split("\\.", 4)[2])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(owners).containsAll(found);
    }

    @Test
    void nothingSeesApp() {
        noClasses()
                .that()
                .resideOutsideOfPackage(in("app"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("app"))
                .check(CLASSES);
    }

    @Test
    void generatedClassesSeeNoneOfOurs() {
        noClasses()
                .that()
                .resideInAnyPackage(GENERATED.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(table().stream().map(row -> in(row.owner())).toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.sluice.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void classesAreNamedForWhatTheyAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager)")
                .check(CLASSES);
    }

    private static String in(String owner) {
        return "dev.sluice." + owner + "..";
    }
}
