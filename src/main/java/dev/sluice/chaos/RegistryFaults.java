package dev.sluice.chaos;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** What becomes of workers that can't reach the schema registry. */
final class RegistryFaults {
    private RegistryFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("registry-down", (arena, random) -> whileDown(arena)),
                Fault.of("registry-down-at-start", RegistryFaults::atStart),
                Fault.of("registry-uncached-id", RegistryFaults::uncachedId));
    }

    private static boolean atStart(Arena arena, SplittableRandom random) throws InterruptedException {
        arena.around().registry().proxy().cut();
        arena.fleet().pick(random).kill();
        return whileDown(arena);
    }

    /** A request under a schema that no worker has seen, of which nobody can tell them now. */
    private static boolean uncachedId(Arena arena, SplittableRandom random) throws InterruptedException {
        arena.around().registry().proxy().cut();
        arena.evolved().publish(arena.publisher());
        return whileDown(arena);
    }

    private static boolean whileDown(Arena arena) throws InterruptedException {
        Duration outage = arena.tempo().outage();
        arena.around().registry().proxy().cut();
        try {
            Thread.sleep(outage);
        } finally {
            arena.around().registry().proxy().heal();
        }
        return true;
    }
}
