package dev.sluice.bench;

import dev.sluice.model.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What a worker keeps for requests that are long settled: memory, file handles and threads after many requests against
 * after few. Broker, publisher and reader are in the same process, so what they keep counts too. Reads {@code /proc}, so
 * Linux only.
 */
public final class MemoryGrowth {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path HANDLES = Path.of("/proc/self/fd");

    /** Resident memory that changes by no more between two looks has settled. */
    private static final long STEADY_BYTES = 1 << 20;

    private static final int AT_ONCE = 1000;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int LOOKS = 20;

    private MemoryGrowth() {}

    /**
     * What the process holds, its garbage collected.
     *
     * @param rssBytes resident memory
     * @param heapUsedBytes reachable objects
     * @param heapCommittedBytes heap that the process has from the system; part of the resident memory once it was used
     * @param codeBytes compiled code, classes and what else the virtual machine counts as its own; grows while it warms up
     * @param handles open file descriptors
     */
    public record Sample(
            long rssBytes, long heapUsedBytes, long heapCommittedBytes, long codeBytes, int handles, int threads) {
        /** Resident memory that is neither heap nor code: libtorch's, RocksDB's, buffers, mapped files. */
        public long nativeBytes() {
            return rssBytes - heapCommittedBytes - codeBytes;
        }
    }

    /** Two samples, and how many requests were settled before each. */
    public record Result(int firstRequests, Sample first, int lastRequests, Sample last) {
        public double rssGrowthMb() {
            return megabytes(last.rssBytes() - first.rssBytes());
        }

        public double heapGrowthMb() {
            return megabytes(last.heapUsedBytes() - first.heapUsedBytes());
        }

        public double nativeGrowthMb() {
            return megabytes(last.nativeBytes() - first.nativeBytes());
        }

        public int handleGrowth() {
            return last.handles() - first.handles();
        }

        public int threadGrowth() {
            return last.threads() - first.threads();
        }

        private static double megabytes(long bytes) {
            return bytes / 1e6;
        }
    }

    /**
     * Runs requests of one unguided step through a whole worker with this bundle.
     *
     * @param prepareThread readies the engine's thread for the bundle's device
     * @param first requests before the first sample
     * @param last requests before the last sample, the first ones included
     * @throws IllegalStateException if any request lacks exactly one completion and one cost
     */
    public static Result measure(Bundle bundle, Runnable prepareThread, int first, int last)
            throws InterruptedException {
        try (StreamRig rig = new StreamRig(bundle, prepareThread, last)) {
            run(rig, first);
            Sample before = sample();
            run(rig, last - first);
            return new Result(first, before, last, sample());
        }
    }

    /** A few at a time, for the rig holds those that it has not published yet. */
    private static void run(StreamRig rig, int requests) throws InterruptedException {
        for (int left = requests; left > 0; left -= AT_ONCE) {
            rig.run(Math.min(left, AT_ONCE));
        }
    }

    private static Sample sample() throws InterruptedException {
        // The first collection finds what has native memory or files behind it, the second one is after their cleaners.
        System.gc();
        System.gc();
        awaitSteady();
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        return new Sample(
                residentBytes(),
                heap.getUsed(),
                heap.getCommitted(),
                memory.getNonHeapMemoryUsage().getCommitted(),
                openHandles(),
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    /** The collector gives memory back a while after it has shrunk the heap. */
    private static void awaitSteady() throws InterruptedException {
        long before = Long.MAX_VALUE;
        long now = residentBytes();
        for (int look = 0; look < LOOKS && Math.abs(before - now) > STEADY_BYTES; look++) {
            Thread.sleep(LOOK);
            before = now;
            now = residentBytes();
        }
    }

    private static long residentBytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(STATUS + " has no VmRSS"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int openHandles() {
        try (Stream<Path> handles = Files.list(HANDLES)) {
            return (int) handles.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
