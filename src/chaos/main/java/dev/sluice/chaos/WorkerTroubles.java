package dev.sluice.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Faults that a worker must survive, or end from in good order. */
final class WorkerTroubles {
    private static final Duration LEAP = Duration.ofHours(1);
    /** How long an orderly stop may take: ten seconds of grace, and leaving the group. */
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(40);

    /** How long a worker may take to notice that it can't write. Guests have to start, and tasks to move. */
    private static final Duration NOTICE_PATIENCE = Duration.ofSeconds(45);

    private static final int MOST_CALLS = 4;
    private static final int GARBAGE = 64;

    private WorkerTroubles() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("sigterm", WorkerTroubles::terminate),
                Fault.of("zombie", WorkerTroubles::zombie),
                Fault.of("rebalance-storm", WorkerTroubles::storm),
                Fault.of("clock-forward", (arena, random) -> jump(arena, random, LEAP)),
                Fault.of("clock-back", (arena, random) -> jump(arena, random, LEAP.negated())),
                Fault.of("disk-full", WorkerTroubles::diskFull),
                Fault.of("corrupt-store", WorkerTroubles::corruptStore),
                Fault.of("device-memory", (arena, random) -> {
                    arena.fleet().pick(random).failOutOfDeviceMemory(random.nextInt(1, MOST_CALLS));
                    return true;
                }),
                Fault.of("device-failure", (arena, random) -> {
                    arena.fleet().pick(random).failDevice(random.nextInt(1, MOST_CALLS));
                    return true;
                }));
    }

    private static boolean terminate(Arena arena, SplittableRandom random) throws InterruptedException {
        WorkerProcess worker = arena.fleet().pick(random);
        worker.terminate();
        return worker.awaitExit(EXIT_PATIENCE).isPresent();
    }

    /** The group goes on without it; then it wakes up and thinks that nothing has happened. */
    private static boolean zombie(Arena arena, SplittableRandom random) throws InterruptedException {
        WorkerProcess worker = arena.fleet().pick(random);
        worker.pause();
        Thread.sleep(arena.tempo().zombie());
        worker.resume();
        return true;
    }

    /** One more worker, which joins and leaves in turn. */
    private static boolean storm(Arena arena, SplittableRandom random) throws InterruptedException {
        String guest = "guest-1";
        long end = System.nanoTime() + arena.tempo().storm().toNanos();
        boolean inside = false;
        while (System.nanoTime() < end) {
            if (inside) {
                arena.fleet().leave(guest, EXIT_PATIENCE);
            } else {
                arena.fleet().join(guest);
            }
            inside = !inside;
            Thread.sleep(arena.tempo().stormStep());
        }
        arena.fleet().leave(guest, EXIT_PATIENCE);
        return true;
    }

    /** Moves the worker's clock by the leap and, after a while, back. */
    private static boolean jump(Arena arena, SplittableRandom random, Duration leap) throws InterruptedException {
        WorkerProcess worker = arena.fleet().pick(random);
        worker.jumpClock(leap);
        Thread.sleep(arena.tempo().stormStep());
        worker.jumpClock(leap.negated());
        return true;
    }

    /**
     * A worker that can't write has to notice where it must, which is when it gives a task away and its stores go to disk,
     * and to end then. With two guests there is a worker for each task, so that every other worker gives some away.
     */
    private static boolean diskFull(Arena arena, SplittableRandom random) throws InterruptedException {
        List<String> guests = List.of("guest-2", "guest-3");
        WorkerProcess worker = arena.fleet().pick(random);
        arena.fleet().holdBack(worker);
        try {
            worker.fillDisk(0);
            guests.forEach(arena.fleet()::join);
            OptionalInt status = worker.awaitExit(NOTICE_PATIENCE);
            return status.isPresent() && status.getAsInt() != 0;
        } finally {
            worker.kill();
            arena.fleet().letGo(worker);
            for (String guest : guests) {
                arena.fleet().leave(guest, EXIT_PATIENCE);
            }
        }
    }

    /** The stores of a worker that stopped in good order are garbage when it comes back. */
    private static boolean corruptStore(Arena arena, SplittableRandom random) throws InterruptedException {
        WorkerProcess worker = arena.fleet().pick(random);
        arena.fleet().holdBack(worker);
        try {
            worker.terminate();
            boolean stopped = worker.awaitExit(EXIT_PATIENCE).isPresent();
            return stopped && spoilStores(worker.launch().stateDirectory(), random) > 0;
        } finally {
            worker.kill();
            arena.fleet().letGo(worker);
        }
    }

    /** Overwrites tables and manifests of every RocksDB in the folder; returns how many files. */
    static int spoilStores(Path folder, SplittableRandom random) {
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> files = paths.filter(path -> path.toString().contains("rocksdb"))
                    .filter(path -> path.getFileName().toString().matches(".*\\.sst|MANIFEST-.*"))
                    .toList();
            for (Path file : files) {
                byte[] garbage = new byte[GARBAGE];
                random.nextBytes(garbage);
                Files.write(file, garbage);
            }
            return files.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
