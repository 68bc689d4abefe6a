package dev.sluice.engine.metering;

import dev.sluice.engine.metering.MeterFile.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Instant;

/** The file of a process that is gone, locked so that one process alone reckons with it. One thread at a time. */
public final class DeadMeter implements AutoCloseable {
    private final Reading reading;
    private final FileChannel lock;

    DeadMeter(Reading reading, FileChannel lock) {
        this.reading = reading;
        this.lock = lock;
    }

    public Reading reading() {
        return reading;
    }

    /** When the file was last written, to a minute: a mapped page's time follows late. */
    public Instant lastWritten() {
        try {
            return Files.getLastModifiedTime(reading.file()).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + reading.file(), e);
        }
    }

    /** Everything in it is charged: there is nothing to keep. */
    public void delete() {
        try {
            Files.deleteIfExists(reading.file());
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete " + reading.file(), e);
        }
    }

    /** Leaves the file for the next start. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("can't close " + reading.file(), e);
        }
    }
}
