package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchScriptModuleTest {
    private static final Path TINY = Path.of("src", "core", "test", "resources", "bundles");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.68 GiB",
                "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to"
                        + " allocate 4398046511104 bytes. Error code 12 (Cannot allocate memory)",
                "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
            })
    void tellsFromItsWordsThatMemoryRanOut(String words) {
        assertThat(TorchScriptModule.failure("denoiser", new IllegalStateException(words)))
                .isInstanceOf(OutOfDeviceMemoryException.class);
    }

    @Test
    void doesNotRunAFileThatHasChangedSinceItWasVerified() throws IOException {
        VerifiedBundle verified = VerifiedBundle.read(copyOf("tiny-latent"));
        Bundle bundle = TorchScriptBundles.onCpu().open(verified);
        bundle.residence().load();
        bundle.residence().unload();
        Path denoiser = verified.directory().resolve("denoiser.pt");
        Files.copy(TINY.resolve("tiny-cascade/denoiser.pt"), denoiser, StandardCopyOption.REPLACE_EXISTING);

        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(bundle.residence()::load)
                .withMessageContaining("denoiser.pt has checksum");
    }

    private Path copyOf(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(TINY.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @Test
    void otherFailuresAreNotForSmallerCalls() {
        RuntimeException cause = new IllegalStateException("CUDA error: an illegal memory access was encountered");

        assertThat(TorchScriptModule.failure("denoiser", cause))
                .isExactlyInstanceOf(ModelException.class)
                .hasCause(cause);
    }
}
