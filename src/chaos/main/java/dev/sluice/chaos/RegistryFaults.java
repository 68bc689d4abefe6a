package dev.sluice.chaos;

import dev.sluice.chaos.surroundings.ProxiedRegistry;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Faults of the schema registry. */
final class RegistryFaults {
    private static final Duration FORGETFULNESS = Duration.ofSeconds(3);
    /** How long a killed worker needs to come back and have a record to read. */
    private static final Duration ASKED_PATIENCE = Duration.ofSeconds(60);

    private RegistryFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("registry-down", (arena, random) -> whileDown(arena)),
                Fault.of("registry-down-at-start", RegistryFaults::atStart),
                Fault.of("registry-uncached-id", RegistryFaults::uncachedId),
                Fault.of("registry-forgets-id", RegistryFaults::forgetsId));
    }

    private static boolean atStart(Arena arena, SplittableRandom random) throws InterruptedException {
        arena.around().registry().proxy().cut();
        arena.fleet().pick(random).kill();
        return whileDown(arena);
    }

    /** A request under a schema that no worker has seen, and that no registry can give them now. */
    private static boolean uncachedId(Arena arena, SplittableRandom random) throws InterruptedException {
        arena.around().registry().proxy().cut();
        arena.evolved().publish(arena.publisher());
        return whileDown(arena);
    }

    /** The registry has not read its topic to the end when a worker starts that knows no id yet. */
    private static boolean forgetsId(Arena arena, SplittableRandom random) throws InterruptedException {
        ProxiedRegistry registry = arena.around().registry();
        int before = registry.forgotten();
        registry.forget(true);
        try {
            arena.fleet().pick(random).kill();
            boolean asked = Patience.await(ASKED_PATIENCE, () -> registry.forgotten() > before);
            Thread.sleep(FORGETFULNESS);
            return asked;
        } finally {
            registry.forget(false);
        }
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
