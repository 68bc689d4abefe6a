package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchScriptModuleTest {
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
    void otherFailuresAreNotForSmallerCalls() {
        RuntimeException cause = new IllegalStateException("CUDA error: an illegal memory access was encountered");

        assertThat(TorchScriptModule.failure("denoiser", cause))
                .isExactlyInstanceOf(ModelException.class)
                .hasCause(cause);
    }
}
