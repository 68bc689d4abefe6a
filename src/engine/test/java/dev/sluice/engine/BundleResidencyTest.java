package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.SimulatedDevice.Kind;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bundles are on the device, seen from the engine's loop. */
class BundleResidencyTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedDevice device = new SimulatedDevice(clock);
    private final List<WatchedJob> jobs = new ArrayList<>();

    @Test
    void leastRecentlyUsedBundleLeaves() {
        EngineLoop loop = loop(2);
        loop.warmUp();
        assertThat(device.bundlesThere()).containsExactlyInAnyOrder("b", "c");

        run(loop, "b");
        run(loop, "a");

        assertThat(device.bundlesThere()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void bundleThatFitsBesideTheOthersComesAtOnce() {
        EngineLoop loop = loop(3);

        run(loop, "a");
        run(loop, "b");

        assertThat(device.bundlesThere()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void busyBundleKeepsTheDeviceUntilTheOthersWorkHasWaitedLongEnough() {
        EngineLoop loop = loop(1);
        submit(loop, "a", 100, 20);
        submit(loop, "b", 100, 20);

        while (!loop.idle()) {
            loop.tick();
        }

        assertThat(jobs).allMatch(job -> job.sampled().samples().size() == 20);
        long turns = clock.nanos() / PATIENCE.toNanos();
        assertThat(device.loads()).isBetween(turns - 2, turns + 2).isGreaterThan(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void bundleThatTookLongerToLoadThanTheOthersWaitHasItsTurnAllTheSame(int bundles) {
        EngineLoop loop = loop(1);
        device.slowLoads(PATIENCE.multipliedBy(3));
        for (String model : List.of("a", "b", "c").subList(0, bundles)) {
            submit(loop, model, 100, 20);
        }

        while (!loop.idle()) {
            loop.tick();
        }

        assertThat(jobs).allMatch(job -> job.sampled().samples().size() == 20);
        long turns = Duration.ofMillis(device.batches()).dividedBy(PATIENCE);
        assertThat(device.loads()).isBetween(turns - 3, turns + 3).isGreaterThan(2L * bundles);
    }

    @Test
    void idleBundleLeavesAtOnce() {
        EngineLoop loop = loop(1);
        run(loop, "a");
        long before = clock.nanos();

        run(loop, "b");

        assertThat(Duration.ofNanos(clock.nanos() - before)).isLessThan(PATIENCE);
        assertThat(device.bundlesThere()).containsExactly("b");
    }

    @Test
    void learnsWhatFitsFromTheDevice() {
        EngineLoop loop = loop(Long.MAX_VALUE);
        device.limitBundles(2);

        run(loop, "a");
        run(loop, "b");
        run(loop, "c");
        run(loop, "a");

        assertThat(device.bundlesThere()).containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void oneThatDidNotFitBesideTheOthersLeavesRoomForThoseThatDo() {
        device.limitBytes(80);
        EngineLoop loop = loop(Long.MAX_VALUE, Map.of("a", 75L, "b", 5L, "c", 10L));
        run(loop, "c");
        run(loop, "a");
        assertThat(device.bundlesThere()).containsExactly("a");

        run(loop, "b");
        run(loop, "c");

        assertThat(device.bundlesThere()).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void idleBundleLeavesBeforeACallIsHalved() {
        EngineLoop loop = loop(3);
        run(loop, "a");
        WatchedJob job = submit(loop, "b", 6, 8);
        device.watch((bundle, network, rows) ->
                device.limitRows(device.bundlesThere().size() > 1 ? 3 : 4));

        while (!loop.idle()) {
            loop.tick();
        }

        assertThat(job.sampled().batches().rowsPerCall(Network.DENOISER)).isEqualTo(4);
        assertThat(job.job().bundle().batchShape().rowsPerCall(Network.DENOISER))
                .isEqualTo(4);
        assertThat(device.bundlesThere()).containsExactly("b");
    }

    @Test
    void idleBundleLeavesBeforeAnyNetworksCallIsHalvedInTheWarmUp() {
        EngineLoop loop = loop(Long.MAX_VALUE, Map.of("a", 1L, "b", 1L, "c", 1L), Kind.LATENT);
        device.watch((bundle, network, rows) ->
                device.limitRows(device.bundlesThere().size() > 1 ? 1 : 4));

        loop.warmUp();

        assertThat(loop.queues().values())
                .allSatisfy(queue -> assertThat(queue.served().batchShape())
                        .isEqualTo(queue.served().batchShapeAsSet()));
    }

    @Test
    void callsThatWereMadeReadyBeforeAnotherBundleLeftAreMadeAgain() {
        EngineLoop loop = loop(Long.MAX_VALUE);
        device.limitBundles(1);
        run(loop, "a");
        WatchedJob job = submit(loop, "b", 6, 8);

        while (!loop.idle()) {
            loop.tick();
        }

        assertThat(job.sampled().samples()).hasSize(8);
    }

    /** Over bundles that take up one byte each. */
    private EngineLoop loop(long deviceMemory) {
        return loop(deviceMemory, Map.of("a", 1L, "b", 1L, "c", 1L));
    }

    private EngineLoop loop(long deviceMemory, Map<String, Long> bytes) {
        return loop(deviceMemory, bytes, Kind.PLAIN);
    }

    private EngineLoop loop(long deviceMemory, Map<String, Long> bytes, Kind kind) {
        EngineSettings settings = new EngineSettings(
                BatchSize.CONSTANT,
                new BatchSizes(4, 2),
                Map.of(),
                4,
                64,
                Duration.ofSeconds(1),
                deviceMemory,
                PATIENCE);
        List<BundleQueue> queues = List.of("a", "b", "c").stream()
                .map(name -> new BundleQueue(
                        device.bundle(name, kind, Objects.requireNonNull(bytes.get(name))), settings, clock))
                .toList();
        return new EngineLoop(
                queues,
                settings,
                clock,
                new InlineDevice(clock),
                new BatchAccounts(new DeviceMeter(), BatchObserver.NONE));
    }

    private void run(EngineLoop loop, String model) {
        submit(loop, model, 3, 1);
        while (!loop.idle()) {
            loop.tick();
        }
    }

    private WatchedJob submit(EngineLoop loop, String model, int steps, int images) {
        BundleQueue queue = Objects.requireNonNull(loop.queues().get(model));
        RequestDraft draft = RequestDraft.of(model, "star")
                .withSampler(SamplerSettings.ddpm(steps))
                .withImages(images);
        WatchedJob job = new WatchedJob(draft, "r" + jobs.size(), queue, clock.nanos(), jobs.size());
        jobs.add(job);
        loop.submit(job.job());
        return job;
    }
}
