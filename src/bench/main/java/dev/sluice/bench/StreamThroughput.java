package dev.sluice.bench;

import dev.sluice.model.Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * How many requests a worker and a broker get through on this machine if the model costs nothing. Each is taken from
 * the topic, written down, sampled in one step, encoded, hashed, settled, committed exactly once, and read by a
 * downstream reader. Broker, publisher and reader share the machine.
 */
public final class StreamThroughput {
    /** Width of the pictures that the bundle in the repository makes. */
    public static final int PIXELS = 32;

    /** At 20,000 the compiler still takes a third of the processor. */
    public static final int WARM_UP_REQUESTS = 60_000;

    private StreamThroughput() {}

    /**
     * What was measured.
     *
     * @param requestsPerSecond median of the rounds
     * @param rounds requests per second, in the order they ran
     * @param cpuMicrosPerRequest CPU time by part of the process, over all rounds
     */
    public record Result(double requestsPerSecond, List<Double> rounds, Map<String, Double> cpuMicrosPerRequest) {
        public Result {
            rounds = List.copyOf(rounds);
            cpuMicrosPerRequest = Collections.unmodifiableMap(cpuMicrosPerRequest);
        }
    }

    /**
     * Measures with pictures of {@value #PIXELS} by {@value #PIXELS}, after {@value #WARM_UP_REQUESTS} requests that don't count.
     *
     * @param requests of each round
     * @throws IllegalStateException if any request, also of the warm-up, lacks exactly one completion and one cost
     */
    public static Result measure(int requests, int rounds) throws InterruptedException {
        return measure(WARM_UP_REQUESTS, requests, rounds, PIXELS);
    }

    /**
     * Measures with another warm-up and other pictures.
     *
     * @param warmUp requests before the first round
     * @param pixels width and height of the pictures
     */
    public static Result measure(int warmUp, int requests, int rounds, int pixels) throws InterruptedException {
        try (Bundle bundle = NullModel.bundle(pixels);
                StreamRig rig = new StreamRig(bundle, () -> {}, warmUp + requests * rounds)) {
            rig.run(warmUp);
            CpuTime before = CpuTime.now();
            List<Double> rates = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                rates.add(requests / seconds(rig.run(requests)));
            }
            return new Result(
                    Spread.of(rates).median(), rates, CpuTime.now().microsPerRequestSince(before, requests * rounds));
        }
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
