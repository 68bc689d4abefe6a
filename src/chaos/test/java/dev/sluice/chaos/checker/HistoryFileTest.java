package dev.sluice.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir
    private Path folder;

    @Test
    void goesOnWithWhatIsThere() {
        Publication first = publication("a\n\"quoted\"", Publication.Kind.REQUEST);
        Publication second = publication("b", Publication.Kind.REQUEST);
        Path file = folder.resolve("history.jsonl");
        for (Publication publication : new Publication[] {first, second}) {
            try (HistoryFile history = HistoryFile.append(file)) {
                history.write(publication);
            }
        }

        assertThat(HistoryFile.read(file)).containsExactly(first, second);
    }

    @Test
    void aRequestMustBeAllowedAnOutcome() {
        assertThatThrownBy(() -> new Publication("a", "t", Publication.Kind.REQUEST, Set.of(), "", 1, "a", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a");
    }

    private static Publication publication(String id, Publication.Kind kind) {
        return new Publication(id, "tenant", kind, Set.of("COMPLETED", "CANCELLED"), "", 2, id, 5);
    }
}
