package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureCode;
import dev.sluice.request.Network;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EngineSimulationTest {
    /** Set to a seed, replays that one alone. */
    private static final String REPLAY = "sluice.simulation.seed";

    private static final int SEEDS = 1_000;

    @Test
    void everyJobEndsOnceAsPlannedAndCostAddsUpUnderAnyTraffic() {
        Set<FailureCode> seen = EnumSet.noneOf(FailureCode.class);
        int sampled = 0;
        long comparisons = 0;
        Map<Network, Integer> halved = new EnumMap<>(Network.class);
        Map<Network, Long> rows = new EnumMap<>(Network.class);
        long recalled = 0;
        int broughtAgain = 0;
        long resumed = 0;
        for (long seed : seeds()) {
            EngineSimulation simulation = new EngineSimulation(seed);
            List<WatchedJob> jobs = run(seed, simulation);
            resumed += simulation.resumedAndSampled();
            comparisons += simulation.fairnessComparisons();
            recalled += simulation.recalled();
            for (Network network : Network.values()) {
                halved.merge(network, simulation.halved(network) ? 1 : 0, Integer::sum);
                rows.merge(network, simulation.rows(network), Long::sum);
            }
            broughtAgain += simulation.broughtAgain() ? 1 : 0;
            for (WatchedJob job : jobs) {
                if (job.end() instanceof JobEnd.Stopped stopped) {
                    seen.add(stopped.code());
                } else if (job.end() instanceof JobEnd.Sampled) {
                    sampled++;
                }
            }
        }
        if (Long.getLong(REPLAY) == null) {
            assertThat(comparisons).as("tenants' shares compared").isGreaterThan(100 * SEEDS);
            assertThat(halved)
                    .as("runs with halved calls")
                    .allSatisfy((network, runs) -> assertThat(runs).isGreaterThan(SEEDS / 50));
            assertThat(rows)
                    .as("rows")
                    .allSatisfy((network, all) -> assertThat(all).isGreaterThan(SEEDS));
            assertThat(recalled).as("jobs that found an encoding at hand").isGreaterThan(SEEDS);
            assertThat(broughtAgain)
                    .as("runs with bundles that left and came back")
                    .isGreaterThan(SEEDS / 10);
            assertThat(resumed).as("jobs sampled from a snapshot on").isGreaterThan(SEEDS);
            assertThat(sampled).as("jobs sampled").isGreaterThan(10 * SEEDS);
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            FailureCode.CANCELLED,
                            FailureCode.DEADLINE_EXPIRED,
                            FailureCode.NUMERIC_FAULT,
                            FailureCode.ENGINE_FAULT);
        }
    }

    private static List<WatchedJob> run(long seed, EngineSimulation simulation) {
        try {
            return simulation.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " (replay with -D" + REPLAY + "=" + seed + "): " + e, e);
        }
    }

    private static long[] seeds() {
        Long replayed = Long.getLong(REPLAY);
        return replayed == null ? LongStream.range(0, SEEDS).toArray() : new long[] {replayed};
    }
}
