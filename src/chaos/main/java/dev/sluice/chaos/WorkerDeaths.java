package dev.sluice.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Ways for a worker's process to end. The fleet starts its successor. */
final class WorkerDeaths {
    private static final Duration HELD_PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_SKIPPED = 8;

    private WorkerDeaths() {}

    static List<Fault> all() {
        return Stream.concat(
                        Stream.of(Milestone.values()).map(WorkerDeaths::killAt),
                        Stream.of(Fault.of("native-crash", WorkerDeaths::crash)))
                .toList();
    }

    /** SIGKILL of a worker of which one thread stands still with a request just there. */
    static Fault killAt(Milestone milestone) {
        String name = "kill-" + milestone.name().toLowerCase(Locale.ROOT);
        return Fault.of(name, (arena, random) -> {
            WorkerProcess victim = arena.fleet().pick(random);
            victim.arm(milestone, random.nextInt(1, MOST_SKIPPED + 1));
            boolean held = victim.awaitHeld(HELD_PATIENCE).isPresent();
            victim.kill();
            return held;
        });
    }

    private static boolean crash(Arena arena, SplittableRandom random) throws InterruptedException {
        WorkerProcess victim = arena.fleet().pick(random);
        victim.crash();
        return victim.awaitExit(HELD_PATIENCE).isPresent();
    }
}
