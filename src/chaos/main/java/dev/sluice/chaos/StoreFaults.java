package dev.sluice.chaos;

import dev.sluice.chaos.surroundings.FaultyS3;
import dev.sluice.chaos.surroundings.S3Fault;
import dev.sluice.chaos.surroundings.Surroundings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Faults of S3, for the next few images. */
final class StoreFaults {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Set<S3Fault> KEEP_WAITING = Set.of(S3Fault.SLOW, S3Fault.TIMEOUT_AFTER_SUCCESS);
    private static final int MOST_WRITES = 6;

    private StoreFaults() {}

    static List<Fault> all() {
        return Stream.of(S3Fault.values()).map(StoreFaults::of).toList();
    }

    /** Ends when some writes have met it, or when none came. */
    static Fault of(S3Fault kind) {
        String name = "s3-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return Fault.of(name, (arena, random) -> {
            FaultyS3 s3 = arena.around().faultyS3();
            int before = s3.fired().getOrDefault(kind, 0);
            int writes = random.nextInt(1, MOST_WRITES + 1);
            s3.inject(kind, writes);
            Patience.await(PATIENCE, () -> s3.fired().getOrDefault(kind, 0) >= before + writes);
            if (KEEP_WAITING.contains(kind)) {
                // Healing would end the wait before the client's time-out for one attempt.
                Thread.sleep(Surroundings.SLOWNESS);
            }
            s3.heal();
            return s3.fired().getOrDefault(kind, 0) > before;
        });
    }
}
