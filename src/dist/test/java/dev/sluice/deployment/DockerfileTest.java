package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.deployment.Dockerfile.BuildStage;
import dev.sluice.deployment.Dockerfile.Instruction;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of the image without building it. */
class DockerfileTest {
    private static final Dockerfile DOCKERFILE = Dockerfile.read(Path.of("Dockerfile"));

    @Test
    void hasATargetForEachKindOfDeviceAndTheCpuByDefault() {
        assertThat(DOCKERFILE.hasStage("cuda")).isTrue();
        assertThat(DOCKERFILE.stages().getLast().name()).isEqualTo("cpu");
    }

    @Test
    void pinsEveryBaseImage() {
        List<String> images = DOCKERFILE.stages().stream()
                .map(BuildStage::base)
                .filter(base -> !DOCKERFILE.hasStage(base) && !base.equals("scratch"))
                .toList();

        assertThat(images).isNotEmpty().allMatch(PinnedImage::matches).allMatch(PinnedImage::isListed);
    }

    @Test
    void listsEveryImageOnceAndNoneThatNobodyUses() throws IOException {
        String used = String.join(
                "\n",
                Files.readString(Path.of("Dockerfile")),
                Files.readString(Path.of("docker-compose.yml")),
                Files.readString(Path.of("helm/trial/surroundings.yaml")));

        assertThat(PinnedImage.listed()).isNotEmpty().allMatch(used::contains);
        assertThat(PinnedImage.listed().stream().map(image -> image.replaceFirst(":.*", "")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void standsOnNothingWithAShell(String target) {
        assertThat(DOCKERFILE.lineage(target).getFirst().base()).isEqualTo("scratch");
        assertThat(DOCKERFILE.lineage(target).stream().flatMap(stage -> stage.all("RUN")))
                .isEmpty();
    }

    /** The licences of what it ships, and the list of its parts, which another target's does not fit. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void saysWhatItIsMadeOfAndUnderWhichLicences(String target) {
        assertThat(DOCKERFILE.stage(target).all("COPY").map(Instruction::text))
                .contains("--from=parts-" + target + " /sluice-sbom.json /opt/sluice/");
        assertThat(DOCKERFILE.stage("parts-" + target).all("RUN").map(Instruction::text))
                .singleElement()
                .asString()
                .contains("Sbom.java " + target + " ");
        assertThat(DOCKERFILE.stage("application").all("RUN").map(Instruction::text))
                .anyMatch(text -> text.contains("cp LICENSE "));
        assertThat(Path.of("docker/licenses/pytorch/LICENSE")).isNotEmptyFile();
        assertThat(Path.of("docker/licenses/pytorch/NOTICE")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void runsAsANumericUserThatIsNotRoot(String target) {
        List<String> users = DOCKERFILE.lineage(target).stream()
                .flatMap(stage -> stage.all("USER"))
                .map(Instruction::text)
                .toList();

        // Kubernetes' runAsNonRoot believes numbers alone.
        assertThat(users).hasSize(1).first().asString().matches("[1-9]\\d*:[1-9]\\d*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void laysWhatChangesLeastDeepest(String target) {
        List<String> copied = DOCKERFILE.lineage(target).stream()
                .flatMap(stage -> stage.all("COPY"))
                .map(copy -> copy.words().getLast())
                .toList();

        assertThat(copied)
                .containsExactly(
                        "/",
                        "/var/lib/",
                        "/etc/ssl/certs/",
                        "/opt/jre",
                        "/opt/libtorch/",
                        "/opt/sluice/native/",
                        "/opt/sluice/lib/",
                        "/opt/sluice/models/bundles/",
                        // The list of parts, and then the application.
                        "/opt/sluice/",
                        "/opt/sluice/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void isOfflineAndFindsItsNativeLibrariesUnpacked(String target) {
        Map<String, String> environment = DOCKERFILE.environment(target);

        assertThat(environment)
                .containsEntry("DJL_OFFLINE", "true")
                .containsEntry("OPT_OUT_TRACKING", "true")
                .containsEntry("PYTORCH_FLAVOR", target.equals("cuda") ? "cu128" : "cpu")
                .containsEntry("RUST_LIBRARY_PATH", "/opt/sluice/native/libtokenizers.so");
        assertThat(Objects.requireNonNull(environment.get("PYTORCH_LIBRARY_PATH")))
                .startsWith("/opt/libtorch/");
    }

    @Test
    void takesTheLibtorchThatTheBuildWasTestedWith() throws IOException {
        Matcher version = Pattern.compile("<libtorch.version>(.+)</libtorch.version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();

        assertThat(DOCKERFILE.environment("cpu")).containsEntry("PYTORCH_VERSION", version.group(1));
        assertThat(DOCKERFILE.stage("cuda-wheels").all("ARG").map(Instruction::text))
                .contains("LIBTORCH_VERSION=" + version.group(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void checksTheNativeLibrariesOnTheBaseThatTheyRunOn(String target) {
        BuildStage checked = DOCKERFILE.stage("libtorch-" + target);

        assertThat(DOCKERFILE.stage("runtime").all("COPY").map(Instruction::text))
                .first()
                .isEqualTo("--from=" + checked.base() + " /image/ /");
        assertThat(checked.instructions().getLast().text())
                .startsWith("sh /docker/check-libraries.sh /image /opt/libtorch");
        assertThat(DOCKERFILE.stage(target).all("COPY").map(Instruction::text))
                .contains("--from=libtorch-" + target + " /image/opt/libtorch/ /opt/libtorch/");
    }

    @Test
    void bringsCertificatesWhereTheNativeClientLooksForThem() {
        assertThat(DOCKERFILE.stage("runtime").all("COPY").map(Instruction::text))
                .contains("--from=jre /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/");
    }

    @Test
    void findsInTheJarsWhatItUnpacks() {
        String unpacking =
                DOCKERFILE.stage("libraries").all("RUN").toList().getLast().text();
        Matcher resource = Pattern.compile("(?<=\\s)(jnilib|native)/\\S+\\.so").matcher(unpacking);

        List<String> resources = new ArrayList<>();
        while (resource.find()) {
            resources.add(resource.group());
        }
        assertThat(resources)
                .hasSize(3)
                .allSatisfy(name -> assertThat(getClass().getClassLoader().getResource(name))
                        .as(name)
                        .isNotNull());
    }

    @Test
    void copiesFromEarlierStagesAndFromFilesThatTheContextHas() throws IOException {
        Map<String, Integer> place = new HashMap<>();
        List<String> sources = new ArrayList<>();
        for (BuildStage stage : DOCKERFILE.stages()) {
            for (Instruction copy : stage.all("COPY").toList()) {
                List<String> words = copy.words();
                if (words.getFirst().startsWith("--from=")) {
                    assertThat(place).containsKey(words.getFirst().substring("--from=".length()));
                } else {
                    sources.addAll(words.subList(0, words.size() - 1));
                }
            }
            place.put(stage.name(), place.size());
        }

        List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));
        assertThat(sources).isNotEmpty().allSatisfy(source -> {
            assertThat(Path.of(source)).exists();
            assertThat(ignored)
                    .as(source + " or a folder above it")
                    .anyMatch(line -> line.startsWith("!") && isIn(Path.of(source), line.substring(1)));
        });
    }

    private static boolean isIn(Path source, String pattern) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return Stream.iterate(source, Objects::nonNull, Path::getParent).anyMatch(matcher::matches);
    }

    @Test
    void addsNothingFromTheNetworkToWhatRuns() {
        Stream<Instruction> running = DOCKERFILE.lineage("cpu").stream()
                .flatMap(stage -> stage.instructions().stream())
                .filter(instruction -> List.of("ADD", "RUN").contains(instruction.name()));

        assertThat(running.map(Instruction::text)).isEmpty();
    }

    @Test
    void startsTheApplicationByItsMainClass() throws Exception {
        String[] command = new JsonMapper()
                .readValue(
                        DOCKERFILE
                                .stage("runtime")
                                .all("ENTRYPOINT")
                                .findFirst()
                                .orElseThrow()
                                .text(),
                        String[].class);

        assertThat(command[0]).isEqualTo("/opt/jre/bin/java");
        assertThat(Class.forName(command[command.length - 1]).getMethod("main", String[].class))
                .isNotNull();
    }

    @Test
    void linksModulesThatEveryJdkHas() {
        String[] link = DOCKERFILE
                .stage("jre")
                .all("RUN")
                .findFirst()
                .orElseThrow()
                .text()
                .split("--add-modules\\s+", 2);

        assertThat(Arrays.asList(link[1].split(",")))
                .allSatisfy(module -> assertThat(ModuleFinder.ofSystem().find(module))
                        .as(module)
                        .isPresent());
    }
}
