package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CPU time that this process has used, by the part of it that used it, told by the names of its threads. What a thread
 * used that began or ended in between counts as {@link Part#RUNTIME}'s.
 */
final class CpuTime {
    /** Parts of a process that holds broker, worker and measurement; the first whose mark is in a thread's name has it. */
    enum Part {
        /** Publisher and reader, which would be other processes. */
        BENCH(StreamRig.BENCH),
        ENGINE("sluice-engine"),
        FINISHER("sluice-finish"),
        /** The worker's clients of Kafka: batching, compression, network. */
        PRODUCER("kafka-producer-network-thread"),
        STREAM_THREAD("StreamThread-"),
        BROKER("kafka-network-thread|request-handler|broker|controller|raft|coordinator-event|transaction|scheduler"
                + "|log-cleaner|ExpirationReaper|reaper|quorum|metadata|share"),
        COMPILER("^C[12] CompilerThre"),
        COLLECTOR("^GC Thread|^G1 "),
        /** All other Java threads. */
        OTHER(""),
        /** All other threads: the virtual machine's own and native ones, RocksDB's among them. */
        RUNTIME("");

        private final Pattern mark;

        Part(String mark) {
            this.mark = Pattern.compile(mark);
        }

        static Part of(String thread) {
            return Arrays.stream(values())
                    .filter(part -> part.mark.matcher(thread).find())
                    .findFirst()
                    .orElse(OTHER);
        }
    }

    private static final Path TASKS = Path.of("/proc/self/task");

    private record Used(Part part, long nanos) {}

    private final Map<String, Used> byThread = new HashMap<>();
    private final long processNanos;

    private CpuTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        processNanos = ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                long id = thread.getThreadId();
                byThread.put(
                        String.valueOf(id),
                        new Used(Part.of(thread.getThreadName()), Math.max(0, threads.getThreadCpuTime(id))));
            }
        }
        addNativeThreads();
    }

    /** Compiler and collector are no Java threads; where the system has no {@code /proc} they count as the runtime's. */
    private void addNativeThreads() {
        if (!Files.isDirectory(TASKS)) {
            return;
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            for (Path task : tasks.toList()) {
                Part part = Part.of(Files.readString(task.resolve("comm")));
                if (part == Part.COMPILER || part == Part.COLLECTOR) {
                    String nanos = Files.readString(task.resolve("schedstat")).split(" ", 2)[0];
                    byThread.put("native " + task.getFileName(), new Used(part, Long.parseLong(nanos)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CpuTime now() {
        return new CpuTime();
    }

    /** Microseconds used since then by each part, divided by so many requests. */
    Map<String, Double> microsPerRequestSince(CpuTime before, int requests) {
        Map<Part, Long> nanos = new EnumMap<>(Part.class);
        long known = 0;
        for (Map.Entry<String, Used> entry : byThread.entrySet()) {
            Used then = before.byThread.get(entry.getKey());
            if (then != null) {
                long used = entry.getValue().nanos() - then.nanos();
                nanos.merge(then.part(), used, Long::sum);
                known += used;
            }
        }
        nanos.put(Part.RUNTIME, Math.max(0, processNanos - before.processNanos - known));
        Map<String, Double> micros = new LinkedHashMap<>();
        nanos.forEach((part, used) ->
                micros.put(part.name().toLowerCase(Locale.ROOT).replace('_', ' '), used / 1e3 / requests));
        return micros;
    }
}
