package dev.sluice.worker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.text.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the sizes that a worker chose for its batches, so that it makes the same bits after a restart. A file that can't
 * be read or written costs a new choice, never the start. Confined to the thread that starts the worker.
 */
public final class BatchSizeFile {
    private static final Logger LOG = LoggerFactory.getLogger(BatchSizeFile.class);

    private final Path file;
    private final JsonMapper json = new JsonMapper();
    private List<Choice> choices;

    /** The file in a worker's state directory. */
    public static BatchSizeFile of(Path stateDirectory) {
        return new BatchSizeFile(stateDirectory.resolve("call-sizes.json"));
    }

    BatchSizeFile(Path file) {
        this.file = file;
        choices = read(file, json);
    }

    /**
     * What a choice holds for: a network of a bundle, and what its bits depend on.
     *
     * @param network its label
     */
    record Key(
            @JsonProperty(required = true) String bundleSha256,
            @JsonProperty(required = true) String network,
            @JsonProperty(required = true) String device,
            @JsonProperty(required = true) String libtorch,
            @JsonProperty(required = true) int threads) {}

    /**
     * A choice that was made, of a sweep that left nothing in doubt.
     *
     * @param mostRows that the sweep would have tried; files of earlier versions, which kept doubtful choices too, don't say
     * @param measuredAt ISO 8601, for people
     */
    record Choice(
            @JsonProperty(required = true) Key key,
            @JsonProperty(required = true) int rows,
            @JsonProperty(required = true) int mostRows,
            @JsonProperty(required = true) String measuredAt) {
        /** Whether a sweep that tries more, or fewer, would choose the same. */
        private boolean holdsUpTo(int most) {
            return rows >= 1 && rows <= most && (rows < mostRows || mostRows >= most);
        }
    }

    private record Choices(@JsonProperty(required = true) List<Choice> choices) {
        Choices {
            choices = List.copyOf(choices);
        }
    }

    /**
     * What was chosen for this key; empty where nothing was, or nobody can tell any more.
     *
     * @param most rows that a sweep would try now
     */
    OptionalInt rows(Key key, int most) {
        return choices.stream()
                .filter(choice -> choice.key().equals(key) && choice.holdsUpTo(most))
                .mapToInt(Choice::rows)
                .findFirst();
    }

    public Path path() {
        return file;
    }

    /**
     * Remembers a choice, in place of any other for its key.
     *
     * @return whether the next start will find it
     */
    boolean remember(Choice choice) {
        choices = Stream.concat(choices.stream().filter(other -> !other.key().equals(choice.key())), Stream.of(choice))
                .toList();
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            json.writerWithDefaultPrettyPrinter().writeValue(next.toFile(), new Choices(choices));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            LOG.warn("call_sizes_not_kept file={} consequence=\"the next start chooses anew\"", file, e);
            return false;
        }
    }

    private static List<Choice> read(Path file, JsonMapper json) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            Choices read = json.readValue(Files.readString(file), Choices.class);
            if (read != null) {
                return read.choices();
            }
            LOG.warn("call_sizes_unreadable file={} reason=\"null\"", file);
        } catch (JsonProcessingException e) {
            LOG.warn("call_sizes_unreadable file={} reason=\"{}\"", file, JsonFault.described(e));
        } catch (IOException e) {
            LOG.warn("call_sizes_unreadable file={}", file, e);
        }
        return List.of();
    }
}
