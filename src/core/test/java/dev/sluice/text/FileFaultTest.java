package dev.sluice.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFaultTest {
    @TempDir
    private Path folder;

    @Test
    void saysWhyWithoutTheNameThatTheCallerSays() {
        Path absent = folder.resolve("absent");

        assertThat(reason(() -> Files.readString(absent))).isEqualTo("there is no such file or folder");
        assertThat(reason(() -> new FileInputStream(absent.toFile()).close()))
                .isEqualTo("there is no such file or folder");
        assertThat(reason(() -> new FileInputStream(folder.toFile()).close())).isEqualTo("is a directory");
        assertThat(reason(() -> Files.createDirectory(folder))).isEqualTo("it exists already");
    }

    @Test
    void leavesOtherWordsAsTheyAre() {
        assertThat(FileFault.reason(new IOException("Is a directory"))).isEqualTo("Is a directory");
        assertThat(FileFault.reason(new IOException())).isEqualTo("IOException");
    }

    private static String reason(org.assertj.core.api.ThrowableAssert.ThrowingCallable use) {
        return FileFault.reason(catchThrowableOfType(IOException.class, use));
    }
}
