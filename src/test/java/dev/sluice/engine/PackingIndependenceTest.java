package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request's images are the same bits whatever else the engine has to do. */
class PackingIndependenceTest {
    static LongStream seeds() {
        return LongStream.range(0, 20);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sameBitsAloneAndAmongOthersInAnyOrder(long seed) {
        List<RequestDraft> drafts = mixedTraffic(seed);
        List<RequestDraft> reversed = new ArrayList<>(drafts);
        Collections.reverse(reversed);

        List<List<float[]>> together = samples(drafts);
        List<List<float[]>> otherOrder = samples(reversed);
        Collections.reverse(otherOrder);

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(together.get(i), samples(drafts.subList(i, i + 1)).getFirst());
            requireSameBits(together.get(i), otherOrder.get(i));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sameBitsAfterNeighboursAreCancelled(long seed) {
        List<RequestDraft> drafts = mixedTraffic(seed);
        List<List<float[]>> undisturbed = samples(drafts);

        SimulatedLane simulated = new SimulatedLane(5, 3);
        List<WatchedJob> jobs = drafts.stream().map(simulated::submit).toList();
        simulated.loop.tick();
        simulated.loop.tick();
        for (int i = 0; i < jobs.size(); i += 2) {
            jobs.get(i).cancel(simulated.loop);
        }
        simulated.runToEnd();

        for (int i = 1; i < jobs.size(); i += 2) {
            requireSameBits(undisturbed.get(i), jobs.get(i).sampled().samples());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sameBitsAfterARestartInTheMiddle(long seed) {
        List<RequestDraft> drafts = mixedTraffic(seed);
        List<List<float[]>> undisturbed = samples(drafts);
        SimulatedLane killed = new SimulatedLane(5, 3);
        List<WatchedJob> begun = drafts.stream().map(killed::submit).toList();
        for (int call = 0; call < 10; call++) {
            killed.loop.tick();
        }

        SimulatedLane successor = new SimulatedLane(5, 3);
        List<Integer> pending = IntStream.range(0, drafts.size())
                .filter(i -> begun.get(i).end() == null)
                .boxed()
                .toList();
        List<WatchedJob> resumed =
                pending.stream().map(i -> successor.submit(drafts.get(i))).toList();
        successor.runToEnd();

        for (int i = 0; i < resumed.size(); i++) {
            requireSameBits(
                    undisturbed.get(pending.get(i)), resumed.get(i).sampled().samples());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sameBitsHoweverManyWorkersShareTheTraffic(long seed) {
        List<RequestDraft> drafts = mixedTraffic(seed);
        List<List<float[]>> together = samples(drafts);
        int half = drafts.size() / 2;

        List<List<float[]>> shared = new ArrayList<>(samples(drafts.subList(0, half)));
        shared.addAll(samples(drafts.subList(half, drafts.size())));

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(together.get(i), shared.get(i));
        }
    }

    private static List<List<float[]>> samples(List<RequestDraft> drafts) {
        SimulatedLane simulated = new SimulatedLane(5, 3);
        List<WatchedJob> jobs = drafts.stream().map(simulated::submit).toList();
        simulated.runToEnd();
        List<List<float[]>> samples = new ArrayList<>();
        jobs.forEach(job -> samples.add(job.sampled().samples()));
        return samples;
    }

    private static List<RequestDraft> mixedTraffic(long seed) {
        SimulatedClock clock = new SimulatedClock();
        RandomRequests requests = new RandomRequests(new Random(seed), SimulatedLane.MODEL, SimulatedLane.MODEL);
        List<RequestDraft> drafts = new ArrayList<>();
        while (drafts.size() < 7) {
            RequestDraft draft = requests.next(clock.now());
            if (draft.deadline().isEmpty()) {
                drafts.add(draft);
            }
        }
        return drafts;
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
