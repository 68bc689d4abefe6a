package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.SimulatedDevice.Kind;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * The engine's loop under seeded traffic and faults, on a simulated device and clock. All guarantees are checked after
 * every event; the same seed is the same run.
 */
final class EngineSimulation {
    private static final int EVENTS = 200;
    private static final int MOST_CALLS = 100_000;

    private final Random random;
    private final BatchSizes rows;
    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedDevice device = new SimulatedDevice(clock);
    private final EngineLoop loop;
    private final RandomRequests requests;
    private final ExactlyOneOutcome outcomes = new ExactlyOneOutcome(device);
    private final FairShares shares = new FairShares(outcomes.jobs());
    private final CostConserved cost;
    private int arrivals;

    EngineSimulation(long seed) {
        random = new Random(seed);
        BatchSize batchSize = random.nextInt(4) == 0 ? BatchSize.ELASTIC : BatchSize.CONSTANT;
        rows = new BatchSizes(PerNetwork.of(network -> 1 + random.nextInt(network == Network.DENOISER ? 8 : 6)));
        EngineSettings settings = new EngineSettings(
                batchSize,
                rows,
                Map.of(),
                1 + random.nextInt(4),
                64,
                Duration.ofMillis(random.nextInt(20)),
                random.nextInt(3) == 0 ? 1 : EngineSettings.UNLIMITED,
                Duration.ofMillis(random.nextInt(50)));
        List<Bundle> bundles = List.of(
                device.bundle("guided", Kind.GUIDED),
                device.bundle("plain", Kind.PLAIN),
                device.bundle("latent", Kind.LATENT),
                device.bundle("cascade", Kind.CASCADE));
        List<BundleQueue> queues = bundles.stream()
                .map(bundle -> new BundleQueue(bundle, settings, clock))
                .toList();
        InlineDevice results = new InlineDevice(clock);
        DeviceMeter meter = new DeviceMeter();
        loop = new EngineLoop(queues, settings, clock, results, new BatchAccounts(meter, BatchObserver.NONE));
        requests = new RandomRequests(random, "guided", "plain", List.of("latent", "cascade"));
        cost = new CostConserved(device, results, bundles, meter);
        device.watch(new FullBatches(loop.queues(), outcomes.jobs()));
    }

    /** Runs to the end and judges. */
    List<WatchedJob> run() {
        loop.warmUp();
        check();
        for (int event = 0; event < EVENTS; event++) {
            nextEvent();
            check();
        }
        device.recover();
        while (!loop.idle()) {
            loop.tick();
            check();
            assertThat(device.batches()).as("the engine comes to an end").isLessThan(MOST_CALLS);
        }
        outcomes.judge();
        cost.judge();
        return outcomes.jobs();
    }

    /** How often two tenants' shares were compared. */
    long fairnessComparisons() {
        return shares.comparisons();
    }

    /** Rows that went through this network's door. */
    long rows(Network network) {
        return loop.queues().values().stream()
                .map(queue -> queue.served().bundle())
                .filter(bundle -> bundle.has(network))
                .mapToLong(bundle -> bundle.counter(network).used())
                .sum();
    }

    /** Whether the device ran out of memory during a call of this network, so that its calls became smaller. */
    boolean halved(Network network) {
        return loop.queues().values().stream()
                .filter(queue -> queue.served().bundle().has(network))
                .anyMatch(queue -> queue.served().batchShape().rowsPerCall(network) < rows.of(network));
    }

    /** Whether a bundle was brought to the device more often than once. */
    boolean broughtAgain() {
        return device.loads() > loop.queues().size();
    }

    /** How many jobs went on from a snapshot and were sampled to the end. */
    long resumedAndSampled() {
        return outcomes.jobs().stream()
                .filter(job -> job.resumed() && job.end() instanceof JobEnd.Sampled)
                .count();
    }

    /** How many finished jobs found an encoding of their prompt at hand. */
    long recalled() {
        return outcomes.jobs().stream()
                .filter(job -> job.end() instanceof JobEnd.Sampled sampled
                        && sampled.evaluations().text()
                                < job.job().samplingPlan().texts().size())
                .count();
    }

    private void nextEvent() {
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5 -> submit();
            case 6 -> anyJob().cancel(loop);
            case 7 -> anyJob().abandon(loop);
            case 8 -> clock.advance(random.nextInt(20_000_000));
            case 9 -> cost.publishOverhead();
            case 10 -> fault();
            case 11 -> resume(anyJob());
            default -> loop.tick();
        }
    }

    private void submit() {
        RequestDraft draft = requests.next(clock.now());
        BundleQueue queue = Objects.requireNonNull(loop.queues().get(draft.model()));
        WatchedJob job = new WatchedJob(draft, "r" + arrivals, queue, clock.nanos(), arrivals);
        arrivals++;
        outcomes.watch(job);
        loop.submit(job.job());
    }

    /** Its owner goes away, and the next one goes on from where the job is. */
    private void resume(WatchedJob left) {
        if (!left.job().ended()) {
            WatchedJob job = left.resumption(left.job().bundle(), clock.nanos(), arrivals);
            arrivals++;
            left.abandon(loop);
            outcomes.watch(job);
            loop.submit(job.job());
        }
    }

    /** Any job there ever was, so that owners also cancel and abandon what has ended long ago. */
    private WatchedJob anyJob() {
        if (outcomes.jobs().isEmpty()) {
            submit();
        }
        List<WatchedJob> jobs = outcomes.jobs();
        return jobs.get(random.nextInt(jobs.size()));
    }

    private void fault() {
        switch (random.nextInt(8)) {
            case 0, 1 -> device.failNextCall();
            case 2 -> device.failNextLoad();
            case 3 -> device.limitRows(1 + random.nextInt(8));
            case 4 -> device.limitBundles(1);
            case 5 -> clock.advance(Duration.ofSeconds(random.nextInt(30)));
            default -> poison(random.nextInt(8));
        }
    }

    private void poison(int row) {
        device.poisonNextCall(row, row % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
    }

    private void check() {
        outcomes.check(clock.now());
        cost.check(outcomes.jobs());
        shares.check();
    }
}
