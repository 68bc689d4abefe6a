package dev.sluice.chaos.checker;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The publisher's history: a file of JSON lines, each written before its record is published, so that whatever workers did
 * see is in it. One thread writes.
 */
public final class HistoryFile implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    private final BufferedWriter lines;

    private HistoryFile(BufferedWriter lines) {
        this.lines = lines;
    }

    /** Goes on with the file, or makes it. */
    public static HistoryFile append(Path file) {
        try {
            return new HistoryFile(Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when the line is the operating system's. */
    public void write(Publication publication) {
        try {
            lines.write(JSON.writeValueAsString(publication));
            lines.write('\n');
            lines.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All lines, in the order in which they were written.
     *
     * @throws UncheckedIOException where the file can't be read, or a line is none of these
     */
    public static List<Publication> read(Path file) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.map(HistoryFile::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Publication parse(String line) {
        try {
            return JSON.readValue(line, Publication.class);
        } catch (IOException e) {
            throw new UncheckedIOException("no line of a history: " + line, e);
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
