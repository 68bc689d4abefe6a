package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.crt.CrtRuntimeException;

class NativeClientFaultsTest {
    @Test
    void saysWhatToInstallWhereNoCertificatesAreFound() {
        CrtRuntimeException refused = new CrtRuntimeException(
                "TlsContext: aws_last_error: AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND(1173), none");

        assertThat(NativeClientFaults.inWords(new IllegalStateException(refused)))
                .hasMessageStartingWith("s3.client: crt finds no certificates of authorities on this system")
                .hasMessageContaining("AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND")
                .hasMessageContaining("ca-certificates")
                .hasMessageEndingWith("or set s3.client: netty, which is all Java")
                .satisfies(failure -> assertThat(failure.retriable()).isFalse());
    }

    @Test
    void saysWhatItNeedsWhereItsLibraryCannotBeLoaded() {
        Error failure = new ExceptionInInitializerError(new UnsatisfiedLinkError("failed to map segment"));

        assertThat(NativeClientFaults.inWords(failure))
                .hasMessageStartingWith("s3.client: crt can't load its library: java.io.tmpdir, ")
                .hasMessageContaining(System.getProperty("java.io.tmpdir"));
    }

    @Test
    void quotesWhatItDoesNotKnow() {
        assertThat(NativeClientFaults.inWords(new CrtRuntimeException("out of luck")))
                .hasMessage(
                        "s3.client: crt can't be used on this system: out of luck; or set s3.client: netty, which is all"
                                + " Java");
    }
}
