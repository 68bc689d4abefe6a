package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/check-libraries.sh}, on which an image's build fails: DJL's library with and without libtorch beside it. */
class NativeLibrariesTest {
    private static final Path SCRIPT = Path.of("docker/check-libraries.sh").toAbsolutePath();

    /** What a script ended with, and what it said. */
    private record Run(int exitCode, String said) {}

    @TempDir
    private Path folder;

    @BeforeEach
    void needsTheSystemsTool() {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "ldd"))),
                "there is no ldd here, so nothing was checked");
    }

    @Test
    void passesALibraryThatFindsAllThatItNeeds() throws Exception {
        unpack("native/lib/linux-x86_64/cpu/libtokenizers.so");

        assertThat(check()).isEqualTo(new Run(0, "1 libraries find all that they need.\n"));
    }

    @Test
    void failsNamingWhatIsMissing() throws Exception {
        unpack("native/lib/linux-x86_64/cpu/libtokenizers.so");
        unpack("jnilib/linux-x86_64/cu128/libdjl_torch.so");

        Run run = check();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.said().lines())
                .hasSizeGreaterThan(2)
                .allMatch(line -> line.contains("/libdjl_torch.so needs lib"));
        assertThat(run.said()).contains("libtorch_cuda.so => not found");
    }

    @Test
    void leavesTheDriversLibraryToTheHost() throws Exception {
        Path ldd = folder.resolve("bin/ldd");
        Files.createDirectories(ldd.getParent());
        Files.writeString(
                ldd, "#!/bin/sh\nprintf '\\tlibcuda.so.1 => not found\\n\\tlibc.so.6 => /lib/libc.so.6\\n'\n");
        Files.setPosixFilePermissions(ldd, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("libone.so"), "");

        assertThat(check().exitCode()).isZero();

        Files.writeString(ldd, "#!/bin/sh\nprintf '\\tlibcudart.so.12 => not found\\n'\n");

        assertThat(check().said()).endsWith("libone.so needs libcudart.so.12 => not found\n");
    }

    @Test
    void failsWhereALibraryCannotBeRead() throws Exception {
        Files.writeString(folder.resolve("libbroken.so.1"), "no library");

        assertThat(check().exitCode()).isEqualTo(1);
    }

    @Test
    void failsWhereThereIsNothingToCheck() throws Exception {
        assertThat(check().exitCode()).isEqualTo(1);
    }

    /**
     * Works as in an image's build. What the builder has and the image lacks is missing, and the rest is still named.
     */
    @Test
    void findsInTheImageWhatIsInTheImage() throws Exception {
        Path loader = Path.of("/lib64/ld-linux-x86-64.so.2");
        Path system = Path.of("/usr/lib/x86_64-linux-gnu");
        assumeTrue(Files.exists(loader) && Files.exists(system), "no Debian on x86-64, so nothing was checked");
        Path image = Files.createDirectories(folder.resolve("image"));
        Path libraries = Files.createDirectories(image.resolve("usr/lib/x86_64-linux-gnu"));
        Files.createDirectories(image.resolve("lib64"));
        Files.copy(loader, image.resolve("lib64").resolve(loader.getFileName()));
        Files.createDirectories(image.resolve("opt"));
        unpack("native/lib/linux-x86_64/cpu/libtokenizers.so", image.resolve("opt"));
        List<String> needed = List.of("libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6");
        for (String library : needed) {
            assumeTrue(Files.exists(system.resolve(library)), library + " is elsewhere, so nothing was checked");
            Files.copy(system.resolve(library), libraries.resolve(library));
        }

        assertThat(check(image.toString(), "/opt")).isEqualTo(new Run(0, "1 libraries find all that they need.\n"));

        Files.delete(libraries.resolve("libgcc_s.so.1"));

        assertThat(check(image.toString(), "/opt"))
                .isEqualTo(new Run(1, "/opt/libtokenizers.so needs libgcc_s.so.1 => not found in the image\n"));

        unpack("jnilib/linux-x86_64/cu128/libdjl_torch.so", image.resolve("opt"));

        assertThat(check(image.toString(), "/opt").said())
                .contains("/opt/libdjl_torch.so needs libtorch_cuda.so => not found\n")
                .contains("/opt/libdjl_torch.so needs libc10.so => not found\n");

        Files.writeString(image.resolve("opt/libbroken.so.1"), "no library");

        assertThat(check(image.toString(), "/opt").said()).contains("/opt/libbroken.so.1 needs ldd => not found");
    }

    private Run check() throws Exception {
        return check("", folder.toString());
    }

    private Run check(String root, String where) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(List.of("sh", SCRIPT.toString(), root, where)).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.resolve("bin").toString(), (path, mine) -> mine + ":" + path);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private void unpack(String resource) throws IOException {
        unpack(resource, folder);
    }

    private void unpack(String resource, Path target) throws IOException {
        try (InputStream library =
                Objects.requireNonNull(getClass().getClassLoader().getResourceAsStream(resource))) {
            Files.copy(library, target.resolve(resource.substring(resource.lastIndexOf('/') + 1)));
        }
    }
}
