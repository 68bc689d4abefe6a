package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFolderTest {
    @TempDir
    Path state;

    /** Streams sets the permissions of this folder; those of a volume's are its owner's. */
    @Test
    void isTheWorkersOwn() {
        StreamSettings settings = new StreamSettings(
                "sluice", Topics.DEFAULT, state, SettleSettings.DEFAULT, true, RequestLimits.DEFAULT, Map.of());

        assertThat(StreamsProperties.of(settings))
                .containsEntry(
                        StreamsConfig.STATE_DIR_CONFIG, state.resolve("stores").toString());
        StoreFolder.prepare(state, "sluice");
        assertThat(state.resolve("stores")).isDirectory();
    }

    @Test
    void bringsWhatAnEarlierReleaseLeft() throws IOException {
        Files.writeString(Files.createDirectories(state.resolve("sluice/0_1")).resolve("x"), "1");

        StoreFolder.prepare(state, "sluice");
        StoreFolder.prepare(state, "sluice");

        assertThat(state.resolve("stores/sluice/0_1/x")).hasContent("1");
        assertThat(state.resolve("sluice")).doesNotExist();
    }

    @Test
    void keepsWhatItHasBesideAnEarlierReleases() throws IOException {
        Files.writeString(Files.createDirectories(state.resolve("sluice")).resolve("x"), "old");
        Files.writeString(
                Files.createDirectories(state.resolve("stores/sluice")).resolve("x"), "new");

        StoreFolder.prepare(state, "sluice");

        assertThat(state.resolve("stores/sluice/x")).hasContent("new");
    }

    @Test
    void leavesAGroupOfItsOwnNameAlone() throws IOException {
        Files.createDirectories(state.resolve("stores/0_1"));

        StoreFolder.prepare(state, "stores");

        assertThat(state.resolve("stores/0_1")).isDirectory();
    }

    @Test
    void saysThatTheStateDirectoryCannotBeUsed() throws IOException {
        Path file = Files.createFile(state.resolve("file"));

        assertThatThrownBy(() -> StoreFolder.prepare(file, "sluice"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the state directory can't be used");
    }
}
