package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./sluice} in a small checkout: on a JDK that only says its name, and with a Maven that only makes a jar. */
class LauncherTest {
    private static final String BUILT = "Building Sluice";

    /** What a shell was asked, and what it answered. */
    private record Run(int exitCode, String said) {}

    @TempDir
    private Path folder;

    private Path checkout;

    @BeforeEach
    void checkOut() throws IOException {
        checkout = folder.resolve("checkout");
        for (String file : List.of("sluice", ".mvn/find-jdk.sh", ".mvn/sources.sh")) {
            Files.createDirectories(checkout.resolve(file).getParent());
            Files.copy(Path.of(file), checkout.resolve(file));
        }
        write("pom.xml", "<project/>");
        write("schemas/A.avsc", "{}");
        write("src/main/java/A.java", "class A {}");
        program("mvnw", """
                ./.mvn/sources.sh begin
                [ ! -e broken ] || exit 1
                mkdir -p target/lib && touch target/sluice.jar
                ./.mvn/sources.sh end
                """);
        jdk("jdk-21", 21);
        jdk("jdk-99", 99);
    }

    @Test
    void buildsOnceAndStartsOnTheJdk() throws Exception {
        assertThat(start().said()).contains(BUILT).contains("started on jdk-21");
        assertThat(start().said()).doesNotContain(BUILT).contains("started on jdk-21");
    }

    @Test
    void doesNotBuildACopyWithOtherTimesAgain() throws Exception {
        start();
        try (Stream<Path> files = Files.walk(checkout.resolve("src"))) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(3600)));
            }
        }

        assertThat(start().said()).doesNotContain(BUILT);
    }

    @ParameterizedTest
    @CsvSource({
        "pom.xml, <project></project>",
        "schemas/A.avsc, {\"a\":1}",
        "src/main/java/A.java, class B {}",
        "src/main/java/B.java, class B {}"
    })
    void buildsWhereContentsDifferWhateverTheTimesSay(String file, String content) throws Exception {
        start();
        write(file, content);
        Files.setLastModifiedTime(checkout.resolve(file), FileTime.fromMillis(0));

        assertThat(start().said()).contains(BUILT);
        assertThat(start().said()).doesNotContain(BUILT);
    }

    @Test
    void buildsWhereASourceIsGone() throws Exception {
        write("src/main/java/B.java", "class B {}");
        start();
        Files.delete(checkout.resolve("src/main/java/B.java"));

        assertThat(start().said()).contains(BUILT);
    }

    @Test
    void buildsAgainAfterABuildThatFailed() throws Exception {
        start();
        write("src/main/java/A.java", "class A");
        write("broken", "");

        assertThat(start().exitCode()).isNotZero();
        assertThat(start().said()).contains(BUILT).doesNotContain("started");
        Files.delete(checkout.resolve("broken"));
        assertThat(start().said()).contains(BUILT).contains("started");
    }

    @Test
    void takesTheJdkThatIsDemanded() throws Exception {
        Map<String, String> home = Map.of("HOME", folder.toString());

        assertThat(jdkOf(home)).isEqualTo("jdk-99");
        assertThat(jdkOf(home, "JAVA_HOME", folder.resolve(".jdks/jdk-21").toString()))
                .isEqualTo("jdk-21");
        assertThat(jdkOf(home, "SLUICE_JDK", "99", "JAVA_HOME", "/nowhere")).isEqualTo("jdk-99");
        assertThat(jdkOf(home, "SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString()))
                .isEqualTo("jdk-21");
    }

    @ParameterizedTest
    @CsvSource({
        "98, There is no JDK 98 on this machine",
        "17, SLUICE_JDK demands 17",
        "/nowhere, which is no JDK of version 21 or newer"
    })
    void saysSoWhereTheDemandedJdkIsNotThere(String demanded, String sentence) throws Exception {
        Run run = shell(Map.of("SLUICE_JDK", demanded, "HOME", folder.toString()), ". ./.mvn/find-jdk.sh");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.said()).contains(sentence).hasLineCount(1);
    }

    private String jdkOf(Map<String, String> environment, String... more) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        Run run = shell(all, ". ./.mvn/find-jdk.sh && basename \"$JAVA_HOME\"");
        assertThat(run.exitCode()).as(run.said()).isZero();
        return run.said().strip();
    }

    private Run start() throws Exception {
        return shell(Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString()), "./sluice --version");
    }

    private Run shell(Map<String, String> environment, String script) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of("sh", "-euc", script)))
                .directory(checkout.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("JAVA_HOME", "SLUICE_JDK"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private void jdk(String name, int version) throws IOException {
        String home = "../.jdks/" + name + "/";
        write(home + "release", "JAVA_VERSION=\"" + version + ".0.1\"\n");
        program(home + "bin/javac", "exit 1\n");
        program(home + "bin/java", "echo started on " + name + "\n");
    }

    private void program(String file, String script) throws IOException {
        write(file, "#!/bin/sh\nset -eu\n" + script);
        Files.setPosixFilePermissions(checkout.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void write(String file, String content) throws IOException {
        Path path = checkout.resolve(file).normalize();
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
