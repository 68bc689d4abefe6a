package dev.sluice.engine.metering;

import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device time of one process of a worker, where the process's end can't take it away:
 * {@code <state directory>/device-time/<start in milliseconds>.meter}. Each total is one aligned 8-byte store into a
 * mapped page, which the operating system keeps when the process is killed. It doesn't when the machine goes down: what was
 * written within the last seconds before that may be lost.
 *
 * <p>The living process holds a lock on its file; a file without one belongs to a dead process. {@link #spent} is called
 * by the engine's thread, everything else by the threads that start and stop the worker.
 */
public final class MeterFile implements DeviceTimeSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeterFile.class);
    private static final String FOLDER = "device-time";
    private static final String SUFFIX = ".meter";
    /** "SLUI". */
    private static final int MAGIC = 0x534C5549;

    private static final int VERSION = 2;
    /** Written by releases that knew denoiser and guide alone. */
    private static final int VERSION_OF_TWO_NETWORKS = 1;

    private static final List<Network> ORDER = List.of(Network.values());
    /** Where the totals begin, in this order. */
    private static final int TOTALS = 8;

    private static final int BYTES = 4096;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Path stateDirectory;
    private final Path file;
    private final String applicationId;
    private final FileChannel channel;
    private final MappedByteBuffer page;

    private MeterFile(
            Path stateDirectory, Path file, String applicationId, FileChannel channel, MappedByteBuffer page) {
        this.stateDirectory = stateDirectory;
        this.file = file;
        this.applicationId = applicationId;
        this.channel = channel;
        this.page = page;
    }

    /**
     * What a file says.
     *
     * @param applicationId of the deployment that the process belonged to
     * @param process as in {@code CostIncurred.process}
     * @param startedAt when the process started, by its own clock
     * @param nanos device time in each network's batches
     * @param alive whether a process held the file while it was read
     */
    public record Reading(
            Path file, String applicationId, String process, Instant startedAt, PerNetwork nanos, boolean alive) {
        /** All device time. */
        public long spentNanos() {
            return nanos.total();
        }
    }

    /**
     * Makes and locks the file of this process. Its bytes are written at once, so that a disk that is full says so now
     * rather than by a signal later.
     *
     * @throws UncheckedIOException if the state directory can't be used
     */
    public static MeterFile create(Path stateDirectory, String applicationId, String process, Instant startedAt) {
        Path folder = stateDirectory.resolve(FOLDER);
        Path file = folder.resolve(startedAt.toEpochMilli() + SUFFIX);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                channel.lock();
                ByteBuffer bytes = ByteBuffer.allocate(BYTES);
                bytes.putInt(MAGIC).putInt(VERSION);
                for (int network = 0; network < ORDER.size(); network++) {
                    bytes.putLong(0);
                }
                bytes.putLong(startedAt.toEpochMilli());
                put(bytes, applicationId);
                put(bytes, process);
                bytes.clear();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
                return new MeterFile(
                        stateDirectory, file, applicationId, channel, channel.map(MapMode.READ_WRITE, 0, BYTES));
            } catch (IOException | RuntimeException e) {
                channel.close();
                Files.deleteIfExists(file);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory can't be used: " + e, e);
        }
    }

    @Override
    public void spent(Network network, long nanos) {
        LONGS.setOpaque(page, TOTALS + ORDER.indexOf(network) * Long.BYTES, nanos);
    }

    /**
     * All files in a state directory, oldest first; those that can't be read are left out. Not for the process whose file
     * is there: on Linux a process that closes a file gives up every lock that it has on it.
     */
    public static List<Reading> readAll(Path stateDirectory) {
        List<Reading> readings = new ArrayList<>();
        for (Path file : files(stateDirectory)) {
            try (FileChannel channel = open(file)) {
                boolean alive = !lock(channel);
                read(file, channel, alive).ifPresent(readings::add);
            } catch (IOException e) {
                throw new UncheckedIOException("can't read " + file, e);
            }
        }
        return readings;
    }

    /**
     * Takes the files of this deployment's dead processes out of everybody else's reach, for as long as this process lives
     * or until they are closed.
     *
     * @throws UncheckedIOException if the state directory can't be used
     */
    public List<DeadMeter> claimDead() {
        List<DeadMeter> dead = new ArrayList<>();
        for (Path other : files(stateDirectory)) {
            if (!other.equals(file)) {
                claim(other).ifPresent(dead::add);
            }
        }
        return dead;
    }

    /** Lets go of the file, which stays for the next start to reckon with. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("can't close " + file, e);
        }
    }

    @SuppressWarnings("MustBeClosedChecker")
    private Optional<DeadMeter> claim(Path other) {
        try {
            FileChannel theirs = open(other);
            if (lock(theirs)) {
                Optional<Reading> reading = read(other, theirs, false);
                if (reading.isEmpty()) {
                    LOG.warn("meter_file_unreadable file={}", other);
                } else if (reading.get().applicationId().equals(applicationId)) {
                    return Optional.of(new DeadMeter(reading.get(), theirs));
                }
            }
            theirs.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + other, e);
        }
    }

    private static List<Path> files(Path stateDirectory) {
        Path folder = stateDirectory.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("can't list " + folder, e);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Empty where the file is no meter file, or its process died while it wrote the first bytes. */
    private static Optional<Reading> read(Path file, FileChannel channel, boolean alive) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // Reads on.
        }
        bytes.flip();
        try {
            if (bytes.getInt() != MAGIC) {
                return Optional.empty();
            }
            int networks = switch (bytes.getInt()) {
                case VERSION -> ORDER.size();
                case VERSION_OF_TWO_NETWORKS -> 2;
                default -> 0;
            };
            if (networks == 0) {
                return Optional.empty();
            }
            PerNetwork nanos = PerNetwork.NONE;
            for (int network = 0; network < networks; network++) {
                nanos = nanos.with(ORDER.get(network), bytes.getLong());
            }
            Instant startedAt = Instant.ofEpochMilli(bytes.getLong());
            String applicationId = text(bytes);
            String process = text(bytes);
            return Optional.of(new Reading(file, applicationId, process, startedAt, nanos, alive));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void put(ByteBuffer bytes, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length + Integer.BYTES > bytes.remaining()) {
            throw new IOException("a name of " + utf8.length + " bytes doesn't fit into a meter file");
        }
        bytes.putInt(utf8.length).put(utf8);
    }

    private static String text(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] utf8 = new byte[length];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
