package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedFileTest {
    private static final String SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String SHA256_OF_2_GIB_OF_ZEROS =
            "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51";

    @TempDir
    private Path folder;

    @Test
    void givesTheContentThatTheChecksumSays() throws IOException {
        AtomicReference<String> content = new AtomicReference<>();

        file("abc").read(in -> content.set(new String(in.readAllBytes(), StandardCharsets.UTF_8)));

        assertThat(content).hasValue("abc");
    }

    @Test
    void comparesTheWholeFileHoweverLittleOfItIsUsed() {
        assertThatCode(() -> file("abc").read(in -> in.read())).doesNotThrowAnyException();
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> file("abd").read(in -> in.read()))
                .withMessageContaining("guide.pt has checksum");
    }

    /** The public models of full size have files of this size. */
    @Test
    void readsFilesThatNoArrayHolds() throws IOException {
        Path large = folder.resolve("denoiser.pt");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(1L << 31);
        }

        assertThatCode(() -> new VerifiedFile(large, SHA256_OF_2_GIB_OF_ZEROS).read(in -> {}))
                .doesNotThrowAnyException();
    }

    private VerifiedFile file(String content) throws IOException {
        return new VerifiedFile(Files.writeString(folder.resolve("guide.pt"), content), SHA256_OF_ABC);
    }
}
