package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs under {@code docker/} that take an image's parts to pieces and list them. */
class ImagePartsTest {
    private static final byte[] X86_64 = elf(62);
    private static final byte[] AARCH64 = elf(183);

    /** What a program ended with, and what it said. */
    private record Run(int exitCode, String said) {}

    @TempDir
    private Path folder;

    @Test
    void keepsTheNativeLibrariesOfOnePlatform() throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("META-INF/MANIFEST.MF", text("Manifest-Version: 1.0\n"));
        entries.put("linux/x86_64/glibc/libone.so", X86_64);
        entries.put("linux/x86_64/musl/libone.so", X86_64);
        entries.put("linux/armv8/glibc/libone.so", AARCH64);
        entries.put("libtwo-linux64.so", X86_64);
        entries.put("libtwo-linux64-musl.so", X86_64);
        entries.put("freebsd/libone.so", X86_64);
        entries.put("jnilib/linux-x86_64/cu128/libone.so", X86_64);
        entries.put("windows/one.dll", text("MZ"));
        entries.put("osx/libone.dylib", new byte[] {(byte) 0xcf, (byte) 0xfa, (byte) 0xed, (byte) 0xfe});
        entries.put("dev/One.class", new byte[] {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe});
        entries.put("dev/dll.properties", text("a=b"));
        Path jar = jar("one.jar", entries);

        assertThat(java("docker/OnePlatform.java", folder.toString()).exitCode())
                .isZero();

        try (ZipFile kept = new ZipFile(jar.toFile())) {
            assertThat(kept.stream().map(ZipEntry::getName))
                    .containsExactly(
                            "META-INF/MANIFEST.MF",
                            "linux/x86_64/glibc/libone.so",
                            "libtwo-linux64.so",
                            "dev/One.class",
                            "dev/dll.properties");
            assertThat(kept.getInputStream(kept.getEntry("libtwo-linux64.so")).readAllBytes())
                    .isEqualTo(X86_64);
        }
    }

    @Test
    void writesTheSameJarWheneverItDoes() throws Exception {
        Map<String, byte[]> entries = Map.of("libone-aarch64.so", AARCH64, "libone.so", X86_64);
        Path jar = jar("one.jar", entries);
        java("docker/OnePlatform.java", folder.toString());
        byte[] first = Files.readAllBytes(jar);
        try (ZipFile archive = new ZipFile(jar.toFile())) {
            assertThat(archive.stream().map(entry -> entry.getTimeLocal().getYear()))
                    .containsOnly(1980);
        }

        jar("one.jar", entries);
        java("docker/OnePlatform.java", folder.toString());

        assertThat(jar).hasBinaryContent(first);
    }

    @Test
    void leavesAJarWithoutOthersLibrariesToTheByte() throws Exception {
        Path jar = jar("one.jar", Map.of("libone.so", X86_64));
        byte[] before = Files.readAllBytes(jar);

        java("docker/OnePlatform.java", folder.toString());

        assertThat(jar).hasBinaryContent(before);
    }

    @Test
    void refusesToTakeASignedJarToPieces() throws Exception {
        jar("one.jar", Map.of("META-INF/ONE.SF", text("x"), "one.dll", text("MZ")));

        Run run = java("docker/OnePlatform.java", folder.toString());

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.said()).contains("one.jar is signed");
    }

    @Test
    void keepsLibrariesLicencesAndMetadataOfWheels() throws Exception {
        Path python = folder.resolve("python");
        write(python.resolve("torch/lib/libtorch.so"), "x");
        write(python.resolve("torch/lib/libtorch_python.so"), "x");
        write(python.resolve("torch/__init__.py"), "x");
        write(python.resolve("nvidia/cublas/lib/libcublas.so.12"), "x");
        write(python.resolve("nvidia/cublas/include/cublas.h"), "x");
        write(python.resolve("nvidia/cufile/lib/libcufile_rdma.so.1"), "x");
        write(python.resolve("cusparselt/lib/libcusparseLt.so.0"), "x");
        write(python.resolve("torch-2.7.1.dist-info/METADATA"), "Name: torch\nVersion: 2.7.1+cu128\n");
        write(python.resolve("torch-2.7.1.dist-info/licenses/LICENSE"), "BSD");
        write(python.resolve("torch-2.7.1.dist-info/licenses/NOTICE"), "of others");
        write(
                python.resolve("nvidia_cublas_cu12-12.8.dist-info/METADATA"),
                "Name: nvidia-cublas-cu12\nVersion: 12.8\n");
        write(python.resolve("nvidia_cublas_cu12-12.8.dist-info/License.txt"), "NVIDIA's");
        write(
                python.resolve("nvidia_cusparselt_cu12-0.6.dist-info/METADATA"),
                "Name: nvidia-cusparselt-cu12\nVersion: 0.6\nLicense: NVIDIA Proprietary Software\n");

        assertThat(run(List.of(
                                "sh",
                                "docker/unpack-wheels.sh",
                                python.toString(),
                                folder.resolve("out").toString(),
                                folder.resolve("wheels").toString()))
                        .exitCode())
                .isZero();

        try (var all = Files.walk(folder.resolve("out"))) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(file -> folder.resolve("out").relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "torch/lib/libtorch.so",
                            "nvidia/cublas/lib/libcublas.so.12",
                            "cusparselt/lib/libcusparseLt.so.0",
                            "licenses/torch-2.7.1/LICENSE",
                            "licenses/torch-2.7.1/NOTICE",
                            "licenses/nvidia_cublas_cu12-12.8/License.txt",
                            "licenses/nvidia_cusparselt_cu12-0.6/METADATA");
        }
        assertThat(folder.resolve("wheels").toFile().list())
                .containsExactlyInAnyOrder("torch-2.7.1", "nvidia_cublas_cu12-12.8", "nvidia_cusparselt_cu12-0.6");
    }

    @Test
    void listsTheRuntimeAndTheDistributionBesideTheLibraries() throws Exception {
        JsonNode sbom = sbom("cpu");

        assertThat(sbom.at("/metadata/component/name").asText()).isEqualTo("sluice:cpu");
        assertThat(names(sbom))
                .containsExactly("sluice", "kafka-clients", "pytorch-native-cpu", "openjdk-jre", "libc6");
        assertThat(sbom.at("/components/3/version").asText()).matches("\\d+(\\.\\d+)*\\+\\d+.*");
        assertThat(sbom.at("/components/4/purl").asText())
                .startsWith("pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=amd64&distro=debian-")
                .endsWith("&upstream=glibc");
        assertThat(sbom).isEqualTo(sbom("cpu"));
    }

    @Test
    void listsForCudaWhatItHasInThePlaceOfTheProcessorsLibtorch() throws Exception {
        JsonNode sbom = sbom("cuda");

        assertThat(names(sbom))
                .containsExactly("sluice", "kafka-clients", "openjdk-jre", "libc6", "nvidia-cublas-cu12", "torch");
        assertThat(sbom.at("/components/4/licenses/0/license/name").asText()).isEqualTo("NVIDIA Proprietary Software");
        assertThat(sbom.at("/components/5/purl").asText()).isEqualTo("pkg:pypi/torch@2.7.1%2Bcu128");
        assertThat(sbom.toString()).doesNotContain("pytorch-native-cpu");
    }

    private JsonNode sbom(String target) throws Exception {
        write(folder.resolve("libraries.json"), """
                {"bomFormat": "CycloneDX", "serialNumber": "urn:uuid:1", "metadata": {"component":
                  {"type": "application", "bom-ref": "app", "name": "sluice", "version": "1"}},
                 "components": [
                  {"type": "library", "bom-ref": "kafka", "name": "kafka-clients", "version": "4"},
                  {"type": "library", "bom-ref": "pkg:maven/pytorch-native-cpu", "name": "pytorch-native-cpu", "version": "2"}],
                 "dependencies": [{"ref": "app", "dependsOn": ["kafka", "pkg:maven/pytorch-native-cpu"]},
                  {"ref": "pkg:maven/pytorch-native-cpu", "dependsOn": []}]}
                """);
        write(
                folder.resolve("debian/libc6"),
                "Package: libc6\nSource: glibc (2.41-12)\nVersion: 2.41-12+deb13u1\nArchitecture: amd64\n");
        if (target.equals("cuda")) {
            write(
                    folder.resolve("wheels/torch"),
                    "Metadata-Version: 2.1\nName: torch\nVersion: 2.7.1+cu128\n\nVersion: x\n");
            write(
                    folder.resolve("wheels/nvidia"),
                    "Name: nvidia-cublas-cu12\nVersion: 12.8\nLicense: NVIDIA Proprietary Software\n");
        }
        String jackson = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("jackson-"))
                .collect(Collectors.joining(File.pathSeparator));
        Run run = java(
                "-cp",
                jackson,
                "docker/Sbom.java",
                target,
                folder.resolve("libraries.json").toString(),
                folder.resolve("debian").toString(),
                folder.resolve("wheels").toString(),
                folder.resolve("sbom.json").toString());
        assertThat(run.exitCode()).as(run.said()).isZero();
        return new JsonMapper().readTree(folder.resolve("sbom.json").toFile());
    }

    private static List<String> names(JsonNode sbom) {
        List<String> names = new ArrayList<>();
        sbom.path("components")
                .forEach(component -> names.add(component.path("name").asText()));
        return names;
    }

    private static Run java(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static Run run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private Path jar(String name, Map<String, byte[]> entries) throws IOException {
        Path jar = folder.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return jar;
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The beginning of a 64-bit library of that machine. */
    private static byte[] elf(int machine) {
        byte[] head = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1}, 0, head, 0, 6);
        head[18] = (byte) machine;
        return head;
    }
}
