package dev.sluice;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may see what, of ours and of libraries. Between modules Maven holds the direction; this holds it inside them. The
 * packages that wire others, one of a module, have no row.
 */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            // In folders, and in other modules' jars.
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
            .importPackages("dev.sluice");

    private static final int MOST_ARGUMENTS = 8;
    private static final int MOST_COMPONENTS = 14;

    private static final List<String> EVERYWHERE = List.of("java..", "javax..", "org.jspecify.annotations");

    private static final String KAFKA = "org.apache.kafka..";
    private static final String AVRO = "org.apache.avro..";
    private static final String JACKSON = "com.fasterxml.jackson..";
    private static final String LOG = "org.slf4j..";
    /** Classes generated from the contracts and from the stores' schemas. */
    private static final List<String> GENERATED = List.of("dev.sluice.events..", "dev.sluice.state..");

    /** The packages that wire a module's others, and have no row. */
    private static final List<String> WIRING = List.of("worker", "cli", "standalone", "bench", "chaos");

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
        String wire = in("wire");
        return List.of(
                // contracts, and what upstream teams put into their own programs: Kafka's clients, nothing that serves
                MaySee.of("wire", AVRO, KAFKA, JACKSON, LOG).andGenerated(),
                MaySee.of("client", wire, AVRO, KAFKA).andGenerated(),
                // core
                MaySee.of("request", wire),
                // Tables and sentences that fit a terminal, and what is wrong with a file in words.
                MaySee.of("text", JACKSON),
                MaySee.of("codec", request, in("pricing"), wire, AVRO).andGenerated(),
                MaySee.of("pricing", request),
                MaySee.of("diffusion", request),
                MaySee.of("model", request, diffusion, in("text"), "ai.djl..", JACKSON),
                MaySee.of("storage", request, "software.amazon.awssdk..", JACKSON, LOG),
                // engine
                MaySee.of("engine", request, diffusion, in("model"), LOG),
                MaySee.of("engine.clock", LOG),
                MaySee.of("engine.scheduling", request),
                MaySee.of("engine.metering", request, LOG),
                MaySee.of("engine.device", request, in("model"), in("engine.clock")),
                MaySee.of("engine.sampling", request, diffusion, in("model")),
                MaySee.of("engine.checkpoint", request, in("model"), in("engine.sampling")),
                // Drives the loop as a worker does, so the loop itself sees nothing of it.
                MaySee.of("engine.simulation", request, diffusion, in("model"), in("engine")),
                // worker
                MaySee.of("log", "org.apache.logging.log4j.."),
                MaySee.of(
                                "stream",
                                request,
                                diffusion,
                                in("engine"),
                                in("storage"),
                                in("codec"),
                                in("pricing"),
                                wire,
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
                                in("codec"),
                                in("pricing"),
                                wire,
                                in("stream"),
                                KAFKA,
                                "io.micrometer..",
                                LOG)
                        .andGenerated(),
                // Spans are made of what stream and engine tell their observers, so those need not know OpenTelemetry.
                MaySee.of("trace", request, in("engine"), in("stream"), "io.opentelemetry.."),
                // cli: what its commands read off Kafka and simulate; nothing that serves sees it
                MaySee.of("cost", request, in("text"), in("pricing"), wire, AVRO, KAFKA, JACKSON)
                        .andGenerated(),
                MaySee.of("lookup", wire, in("deadletter"), AVRO, KAFKA).andGenerated(),
                MaySee.of("deadletter", wire, KAFKA),
                MaySee.of("capacity", request, in("text"), in("engine"), JACKSON),
                // embedded and standalone
                MaySee.of(
                        "embedded",
                        KAFKA,
                        "kafka.server..",
                        "scala..",
                        "org.gaul.s3proxy..",
                        AVRO,
                        JACKSON,
                        "com.sun.net.httpserver..",
                        LOG),
                MaySee.of("demo", request, in("text"), diffusion, in("model"), in("storage"), AVRO, JACKSON)
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
        owners.addAll(WIRING);
        owners.addAll(List.of("events", "state"));
        Set<String> found =
                CLASSES.stream().map(ArchitectureTest::owner).collect(Collectors.toCollection(TreeSet::new));
        assertThat(owners).containsAll(found);
    }

    @Test
    void whatIsWiredSeesNothingThatWiresIt() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        WIRING.stream().map(ArchitectureTest::in).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(WIRING.stream().map(ArchitectureTest::in).toArray(String[]::new))
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
        slices().matching("dev.sluice.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void classesAreNamedForWhatTheyAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager)")
                .check(CLASSES);
    }

    /** A package of ours, and one within it where that has rows of its own. */
    private static String owner(JavaClass type) {
        String[] names = type.getPackageName().split("\\.", -1);
        return names.length > 3 && names[2].equals("engine") ? names[2] + "." + names[3] : names[2];
    }

    /**
     * More arguments than these are a type that has no name yet. Canonical constructors of records are their shape, so those have
     * a bound of their own: what mirrors a file or a contract has as many components as that has fields.
     */
    @Test
    void constructorsAndMethodsTakeFewArguments() {
        List<String> over = CLASSES.stream()
                .filter(type -> !type.getPackageName().matches("dev\\.sluice\\.(events|state)\\..*"))
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(unit -> arguments(unit) > (isShape(unit) ? MOST_COMPONENTS : MOST_ARGUMENTS))
                .map(unit -> unit.getFullName() + " takes " + arguments(unit))
                .sorted()
                .toList();

        assertThat(over).isEmpty();
    }

    private static boolean isShape(JavaCodeUnit unit) {
        return unit.getOwner().isRecord() && unit instanceof JavaConstructor;
    }

    /** A constant's name and number are the compiler's. */
    private static int arguments(JavaCodeUnit unit) {
        int all = unit.getRawParameterTypes().size();
        return unit.getOwner().isEnum() && unit instanceof JavaConstructor ? all - 2 : all;
    }

    /** Others read topics through the one reader, so that all of them see committed records alone and wait for the rest. */
    @Test
    void onlyTheReaderAndTheWorkersGateMakeConsumers() {
        noClasses()
                .that()
                .doNotHaveSimpleName("TopicReader")
                .and()
                .doNotHaveSimpleName("BackpressureClientSupplier")
                .and()
                .doNotHaveSimpleName("OneGiantAtATime")
                .should()
                .callConstructorWhere(
                        target(With.owner(assignableTo("org.apache.kafka.clients.consumer.KafkaConsumer"))))
                .check(CLASSES);
    }

    private static String in(String owner) {
        return "dev.sluice." + owner + "..";
    }
}
