package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
import org.junit.jupiter.params.provider.ValueSource;

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
        for (String file :
                List.of("sluice", ".mvn/build.sh", ".mvn/classes.sh", ".mvn/find-jdk.sh", ".mvn/sources.sh")) {
            Files.createDirectories(checkout.resolve(file).getParent());
            Files.copy(Path.of(file), checkout.resolve(file));
        }
        write("pom.xml", "<project/>");
        write("schemas/A.avsc", "{}");
        write("src/core/pom.xml", "<project/>");
        write("src/core/main/java/A.java", "class A {}");
        program("mvnw", """
                echo build >>builds
                ./.mvn/sources.sh digest
                ./.mvn/sources.sh begin "$PWD/src/core/target"
                ./.mvn/sources.sh compiling "$PWD/src/core/target"
                echo '[INFO] --- compiler:3.16.0:compile (default-compile) @ sluice ---'
                [ ! -e broken ] || { echo '[ERROR] A.java: broken'; exit 1; }
                mkdir -p src/core/target/classes
                [ ! -e dies-compiling ] || { echo half >src/core/target/classes/A.class; kill -9 $$; }
                while [ -e slow ]; do sleep 0.1; done
                ./.mvn/sources.sh compiled "$PWD/src/core/target"
                ./.mvn/sources.sh packaging
                [ ! -e src/core/target/classes/A.class ] || cat src/core/target/classes/A.class >target/sluice.jar
                [ ! -e dies-packaging ] || { echo half >target/sluice.jar; kill -9 $$; }
                [ -e target/sluice.jar ] || echo whole >target/sluice.jar
                mkdir -p target/lib
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
        "src/core/main/java/A.java, class B {}",
        "src/core/main/java/B.java, class B {}"
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
        write("src/core/main/java/B.java", "class B {}");
        start();
        Files.delete(checkout.resolve("src/core/main/java/B.java"));

        assertThat(start().said()).contains(BUILT);
    }

    @Test
    void buildsAgainAfterABuildThatFailed() throws Exception {
        start();
        write("src/core/main/java/A.java", "class A");
        write("broken", "");

        assertThat(start().exitCode()).isNotZero();
        assertThat(start().said()).contains(BUILT).doesNotContain("started");
        Files.delete(checkout.resolve("broken"));
        assertThat(start().said()).contains(BUILT).contains("started");
    }

    @Test
    void doesNotBuildACopyOfTheFolder() throws Exception {
        start();
        assertThat(shell(Map.of(), "cp -r . ../copy").exitCode()).isZero();
        checkout = folder.resolve("copy");

        assertThat(start().said()).doesNotContain(BUILT).contains("started");
    }

    @Test
    void startsWithTheClassesThatTheBuildRecorded() throws Exception {
        assertThat(start().said()).contains("started on jdk-21", "-XX:SharedArchiveFile=" + archive());
        assertThat(start().said()).contains("-XX:SharedArchiveFile=" + archive());
    }

    @Test
    void startsWithoutClassesOfAnotherJdkOrOfAJarWithAnotherTime() throws Exception {
        start();

        assertThat(shell(Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-99").toString()), "./sluice --version")
                        .said())
                .contains("started on jdk-99")
                .doesNotContain("SharedArchiveFile");
        Files.setLastModifiedTime(checkout.resolve("target/sluice.jar"), FileTime.fromMillis(0));
        assertThat(start().said()).contains("started on jdk-21").doesNotContain("SharedArchiveFile");
    }

    @Test
    void startsWithoutClassesThatCouldNotBeRecorded() throws Exception {
        write("forgetful", "");

        assertThat(start().said())
                .contains("commands will start more slowly", "started on jdk-21")
                .doesNotContain("SharedArchiveFile");
    }

    @ParameterizedTest
    @CsvSource({
        "submit, true",
        "plan --help, true",
        "--version, true",
        "worker, false",
        "standalone, false",
        "demo, false"
    })
    void sparesCommandsThatEndAtOnceWhatServersNeed(String command, boolean spared) throws Exception {
        String said = shell(Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString()), "./sluice " + command)
                .said();

        assertThat(said.contains("-XX:+UseSerialGC")).isEqualTo(spared);
    }

    @Test
    void choosesNoCollectorBesideSomebodysOwn() throws Exception {
        Map<String, String> own =
                Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString(), "SLUICE_JAVA_OPTS", "-XX:+UseG1GC");

        assertThat(shell(own, "./sluice plan").said()).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void startsThroughLinksToIt() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), Path.of("../checkout/sluice"));
        Files.createSymbolicLink(bin.resolve("sluice"), bin.resolve("first"));

        assertThat(shell(Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString()), "../bin/sluice --version")
                        .said())
                .contains("started on jdk-21", "-Dsluice.home=" + checkout.toRealPath() + " ");
    }

    private Path archive() throws IOException {
        return checkout.toRealPath().resolve("target/sluice.jsa");
    }

    @Test
    void saysHowFarTheBuildIs() throws Exception {
        write("slow", "");
        Process first = launch();
        try (BufferedReader said = first.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).contains(BUILT);
            assertThat(said.lines()
                            .filter(line -> line.matches(" {2}compiling, \\d+ s"))
                            .findFirst())
                    .isPresent();
            Files.delete(checkout.resolve("slow"));
            assertThat(said.lines().toList()).anyMatch(line -> line.matches(" {2}built in \\d+ s"));
        }
        assertThat(first.waitFor()).isZero();
    }

    @Test
    void saysWhyTheBuildFailed() throws Exception {
        write("broken", "");

        assertThat(start().said())
                .contains(
                        "[ERROR] A.java: broken",
                        "The build failed. All that it said is in ",
                        "/target/sluice.build.log.")
                .doesNotContain("[INFO]");
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        write("slow", "");
        Process first = launch();
        Process second;
        try (BufferedReader said = first.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).contains(BUILT);
            second = launch();
            try (BufferedReader waits = second.inputReader(StandardCharsets.UTF_8)) {
                assertThat(waits.readLine()).contains("Another ./sluice builds here", "waiting for it");
                Files.delete(checkout.resolve("slow"));
                assertThat(waits.lines()).singleElement().asString().startsWith("started on jdk-21 ");
            }
            assertThat(said.lines()).anyMatch(line -> line.startsWith("started on jdk-21 "));
        }

        assertThat(first.waitFor() + second.waitFor()).isZero();
        assertThat(checkout.resolve("builds")).hasContent("build");
        assertThat(Files.exists(checkout.resolve("target/sluice.lock"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void manyAtOnceBuildOnceThoughALockIsLeft() throws Exception {
        shell(Map.of(), "mkdir target && ln -s \"$(uname -n):$(sh -c 'echo $$')\" target/sluice.lock");
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(launch());
        }

        for (Process one : all) {
            assertThat(new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("started on jdk-21");
        }
        assertThat(checkout.resolve("builds")).hasContent("build");
    }

    @Test
    void letsGoOfTheLockWhereItIsStopped() throws Exception {
        write("slow", "");
        Process first = launch();
        try (BufferedReader said = first.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.lines().anyMatch(line -> line.contains("compiling")))
                    .isTrue();
            first.destroy();
            assertThat(first.waitFor()).isEqualTo(143);
        }
        Files.delete(checkout.resolve("slow"));

        assertThat(start().said()).doesNotContain("Another").contains(BUILT, "started");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dies-compiling", "dies-packaging"})
    void nothingThatAKilledBuildLeftPassesAsBuilt(String death) throws Exception {
        start();
        write("src/core/main/java/A.java", "class A { int changed; }");
        write(death, "");
        assertThat(start().exitCode()).isNotZero();
        Files.delete(checkout.resolve(death));
        write("src/core/main/java/A.java", "class A {}");

        assertThat(start().said()).contains("started");
        assertThat(checkout.resolve("target/sluice.jar")).hasContent("whole");
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

    private Process launch() throws IOException {
        return begin(Map.of("SLUICE_JDK", folder.resolve(".jdks/jdk-21").toString()), "exec ./sluice --version");
    }

    private Run shell(Map<String, String> environment, String script) throws Exception {
        Process process = begin(environment, script);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private Process begin(Map<String, String> environment, String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of("sh", "-euc", script)))
                .directory(checkout.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("JAVA_HOME", "SLUICE_JDK"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void jdk(String name, int version) throws IOException {
        String home = "../.jdks/" + name + "/";
        write(home + "release", "JAVA_VERSION=\"" + version + ".0.1\"\n");
        program(home + "bin/javac", "exit 1\n");
        program(home + "bin/java", """
                for argument in "$@"; do
                  case "$argument" in
                  -Xshare:dump) dumps=yes ;;
                  -XX:SharedArchiveFile=*) archive=${argument#*=} ;;
                  rehearse) [ ! -e forgetful ] || exit 1 ;;
                  esac
                done
                if [ "${dumps-}" ]; then
                  echo archive >"$archive"
                else
                  echo started on %s with "$@"
                fi
                """.formatted(name));
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
