package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.engine.SimulatedDevice.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A request's images are the same bits whatever else the engine has to do. */
class PackingIndependenceTest {
    private static final EngineSettings SETTINGS = EngineSettings.constant(5, 3);

    /** Seeds, on a bundle of one stage and on one of many. */
    static Stream<Arguments> seeds() {
        return Stream.of(Kind.GUIDED, Kind.CASCADE)
                .flatMap(kind -> LongStream.range(0, 20).mapToObj(seed -> arguments(kind, seed)));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsAloneAndAmongOthersInAnyOrder(Kind kind, long seed) {
        List<RequestDraft> drafts = mixedTraffic(kind, seed);
        List<RequestDraft> reversed = new ArrayList<>(drafts);
        Collections.reverse(reversed);

        List<List<float[]>> together = samples(kind, drafts);
        List<List<float[]>> otherOrder = samples(kind, reversed);
        Collections.reverse(otherOrder);

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(
                    together.get(i), samples(kind, drafts.subList(i, i + 1)).getFirst());
            requireSameBits(together.get(i), otherOrder.get(i));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsAfterNeighboursAreCancelled(Kind kind, long seed) {
        List<RequestDraft> drafts = mixedTraffic(kind, seed);
        List<List<float[]>> undisturbed = samples(kind, drafts);

        SimulatedBundleQueue simulated = new SimulatedBundleQueue(kind, SETTINGS);
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

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsAfterARestartInTheMiddle(Kind kind, long seed) {
        List<RequestDraft> drafts = mixedTraffic(kind, seed);
        List<List<float[]>> undisturbed = samples(kind, drafts);
        SimulatedBundleQueue killed = new SimulatedBundleQueue(kind, SETTINGS);
        List<WatchedJob> begun = drafts.stream().map(killed::submit).toList();
        for (int batch = 0; batch < 10; batch++) {
            killed.loop.tick();
        }

        SimulatedBundleQueue successor = new SimulatedBundleQueue(kind, SETTINGS);
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

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsHoweverManyWorkersShareTheTraffic(Kind kind, long seed) {
        List<RequestDraft> drafts = mixedTraffic(kind, seed);
        List<List<float[]>> together = samples(kind, drafts);
        int half = drafts.size() / 2;

        List<List<float[]>> shared = new ArrayList<>(samples(kind, drafts.subList(0, half)));
        shared.addAll(samples(kind, drafts.subList(half, drafts.size())));

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(together.get(i), shared.get(i));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsForAnImageMadeAgainAloneByItsNumber(Kind kind, long seed) {
        for (RequestDraft draft : mixedTraffic(kind, seed)) {
            RequestDraft four = draft.withImages(4);
            List<float[]> all = samples(kind, List.of(four)).getFirst();

            for (int image = 0; image < 4; image++) {
                requireSameBits(
                        List.of(all.get(image)),
                        samples(kind, List.of(four.withImages(1).withFirstImage(image)))
                                .getFirst());
            }
        }
    }

    private static List<List<float[]>> samples(Kind kind, List<RequestDraft> drafts) {
        SimulatedBundleQueue simulated = new SimulatedBundleQueue(kind, SETTINGS);
        List<WatchedJob> jobs = drafts.stream().map(simulated::submit).toList();
        simulated.runToEnd();
        List<List<float[]>> samples = new ArrayList<>();
        jobs.forEach(job -> samples.add(job.sampled().samples()));
        return samples;
    }

    private static List<RequestDraft> mixedTraffic(Kind kind, long seed) {
        return RandomRequests.forOne(SimulatedBundleQueue.MODEL, kind, new Random(seed), 7);
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
