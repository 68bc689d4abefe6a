package dev.sluice.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of JSON lines that only grows. A line counts once its line feed is on the disk; one that a crash cut short is
 * dropped at the next start, since no caller was told of it.
 *
 * <p>Not safe for several threads; {@link SchemaStore} owns it.
 */
final class RegistryJournal implements AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final Path file;
    private final FileChannel channel;

    RegistryJournal(Path file) throws IOException {
        this.file = file;
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        lock();
    }

    /** Two writers would give one id to two schemas. The lock goes with the channel. */
    private void lock() throws IOException {
        boolean locked;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            channel.close();
            throw new IOException(file + " is in use");
        }
    }

    /** All entries, oldest first. Call once, before the first {@link #append}. */
    List<RegistryEntry> replay() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // Until all is read.
        }
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        channel.truncate(whole.getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
        return whole.lines().map(this::parse).toList();
    }

    private RegistryEntry parse(String line) {
        try {
            return RegistryEntry.fromJson(json.readTree(line));
        } catch (JsonProcessingException | RuntimeException e) {
            throw new StandaloneException(file + " has a line that is no registry entry: " + line, e);
        }
    }

    /** Returns when the entry is on the disk; where that fails, the file is as it was. */
    void append(RegistryEntry entry) throws IOException {
        long end = channel.position();
        ByteBuffer line = ByteBuffer.wrap((entry.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(end);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
