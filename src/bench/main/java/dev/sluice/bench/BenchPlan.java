package dev.sluice.bench;

import java.time.Duration;

/**
 * How long and how often everything is measured.
 *
 * @param bareTurn of each network in the bare loop, between any two turns of engines
 * @param engineTurn of an engine under standing load
 * @param pairs of turns under standing load that count; one more goes before them to warm up
 * @param rounds in which the runs of the seed rows take turns
 * @param shorten what the seed rows' steps are divided by
 * @param requests of the mixed traffic
 * @param trafficSteps their sampling steps
 * @param trafficTurns in which engine and static server share the traffic
 * @param service requests through the whole worker
 */
public record BenchPlan(
        Duration bareTurn,
        Duration engineTurn,
        int pairs,
        int rounds,
        int shorten,
        int requests,
        Traffic.StepRange trafficSteps,
        int trafficTurns,
        ServiceBench.Counts service) {
    /** What the published figures are measured with. */
    public static BenchPlan full(int requests) {
        return new BenchPlan(
                Duration.ofSeconds(1),
                Duration.ofSeconds(4),
                6,
                10,
                1,
                requests,
                new Traffic.StepRange(20, 250),
                Math.clamp(requests / 5, 1, 10),
                new ServiceBench.Counts(StreamThroughput.WARM_UP_REQUESTS, 10_000, 5, 1_000, 10_000));
    }

    /** Every figure once, to see that it can be measured; too short to be believed. */
    public static BenchPlan quick() {
        return new BenchPlan(
                Duration.ofMillis(100),
                Duration.ofMillis(400),
                2,
                2,
                25,
                8,
                new Traffic.StepRange(4, 12),
                2,
                new ServiceBench.Counts(200, 200, 2, 50, 200));
    }

    BenchPlan shortenedBy(int divisor) {
        return new BenchPlan(
                bareTurn, engineTurn, pairs, rounds, divisor, requests, trafficSteps, trafficTurns, service);
    }

    BenchPlan withRequests(int fewer) {
        return new BenchPlan(
                bareTurn,
                engineTurn,
                pairs,
                rounds,
                shorten,
                fewer,
                trafficSteps,
                Math.clamp(fewer / 5, 1, 10),
                service);
    }
}
