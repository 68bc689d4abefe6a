package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Pictures.Saved;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.storage.ObjectSource;
import dev.sluice.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    @TempDir
    private Path folder;

    private final Map<String, byte[]> objects = new HashMap<>();

    /** A store that has what the test put there. */
    private final class BundleResidency implements ObjectSource {
        @Override
        public void download(String bucket, String key, Path file) {
            byte[] bytes = objects.get(bucket + "/" + key);
            if (bytes == null) {
                throw new StorageException("there is no such object", new IllegalStateException(), false);
            }
            try {
                Files.write(file, bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void savesEachPictureUnderTheRequestsIdAndItsNumber() throws IOException {
        List<Saved> saved = save(outcome("a", "one", "two"));

        assertThat(saved)
                .containsExactly(
                        new Saved.Here(0, out().resolve("a-0.png")), new Saved.Here(1, out().resolve("a-1.png")));
        assertThat(out().resolve("a-1.png")).hasContent("two");
        assertThat(files()).containsExactly("a-0.png", "a-1.png");
    }

    @Test
    void aPictureThatIsThereAlreadyIsNotFetchedAgain() {
        GenerationCompleted outcome = outcome("a", "one");
        save(outcome);
        objects.clear();

        assertThat(save(outcome)).containsExactly(new Saved.Here(0, out().resolve("a-0.png")));
    }

    @Test
    void anotherFileOfTheNameIsLeftAsItIs() throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve("a-0.png"), "mine");

        assertThat(save(outcome("a", "one")))
                .singleElement()
                .satisfies(saved -> assertThat(reason(saved))
                        .contains("a-0.png is there already and is another file; it was left as it is"));
        assertThat(out().resolve("a-0.png")).hasContent("mine");
    }

    @Test
    void aLinkOfTheNameIsNotFollowed() throws IOException {
        Files.createDirectories(out());
        Files.createSymbolicLink(out().resolve("a-0.png"), folder.resolve("elsewhere"));

        assertThat(save(outcome("a", "one")))
                .singleElement()
                .satisfies(saved -> assertThat(reason(saved)).contains("is there already"));
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void whatIsNotWhatTheOutcomeAnnouncedIsThrownAway() throws IOException {
        GenerationCompleted outcome = outcome("a", "one", "two");
        objects.replace("bucket/a/0", "eno".getBytes(StandardCharsets.UTF_8));
        objects.remove("bucket/a/1");

        List<Saved> saved = save(outcome);

        assertThat(reason(saved.getFirst())).contains("has 3 bytes with sha256 ", "but the outcome announced 3 bytes");
        assertThat(reason(saved.getLast())).contains("there is no such object");
        assertThat(files()).isEmpty();
    }

    @Test
    void noIdLeadsOutOfTheFolder() throws IOException {
        save(outcome("../../outside/x", "one"));

        assertThat(files()).hasSize(1);
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(out());
        }
    }

    private List<Saved> save(GenerationCompleted outcome) {
        try (Pictures pictures = new Pictures(out(), new BundleResidency())) {
            return pictures.save(outcome);
        }
    }

    private GenerationCompleted outcome(String id, String... contents) {
        for (int index = 0; index < contents.length; index++) {
            objects.put("bucket/" + id + "/" + index, contents[index].getBytes(StandardCharsets.UTF_8));
        }
        return Outcomes.completed(id, contents);
    }

    private Path out() {
        return folder.resolve("out");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(out())) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String reason(Saved saved) {
        return switch (saved) {
            case Saved.Here here -> throw new AssertionError("saved: " + here);
            case Saved.Missing(int index, String reason) -> reason;
        };
    }
}
