package dev.sluice.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A run of the suite.
 *
 * @param requests how many are published at least, repeats and poison not counted
 * @param duration over how long they are published at least; faults strike for as long
 * @param seed of traffic and faults
 * @param workers that run all the time
 * @param faults that take turns
 * @param bundle that the workers serve
 * @param folder for everything that the run leaves
 */
public record ChaosPlan(
        int requests, Duration duration, long seed, int workers, List<String> faults, Path bundle, Path folder) {
    private static final Duration LONG = Duration.ofMinutes(15);

    /** @throws IllegalArgumentException where a fault has no such name */
    public ChaosPlan {
        faults = Faults.named(faults).stream().map(Fault::name).toList();
    }

    /** Names of all faults. */
    public static List<String> allFaults() {
        return Faults.ALL.stream().map(Fault::name).toList();
    }

    List<Fault> toStrike() {
        return Faults.named(faults);
    }

    Tempo tempo() {
        return duration.compareTo(LONG) >= 0 ? Tempo.LONG : Tempo.SHORT;
    }
}
