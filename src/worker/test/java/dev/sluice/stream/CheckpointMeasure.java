package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.codec.Decoded;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Network;
import dev.sluice.storage.CheckpointAddress;
import dev.sluice.storage.CheckpointStore;
import dev.sluice.storage.S3CheckpointStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures what checkpoints cost a full engine on this machine, S3 server included, in turns with none. Not a check: run by
 * hand, with {@code -Dit.test=CheckpointMeasure}.
 */
class CheckpointMeasure {
    private static final int ROUNDS = Integer.getInteger("sluice.measure.rounds", 5);
    private static final int REQUESTS = 16;
    private static final int STEPS = 250;
    private static final int GUIDED = 50;

    @TempDir
    private Path folder;

    /** Time between two checkpoints of a request; none at first, which the others are compared with. */
    private static final List<Optional<Duration>> INTERVALS =
            List.of(Optional.empty(), Optional.of(Duration.ofSeconds(5)), Optional.of(Duration.ofSeconds(1)));

    @Test
    void measure() throws InterruptedException {
        TorchScriptBundles torch = TorchScriptBundles.onCpu();
        double[][] rowsPerSecond = new double[INTERVALS.size()][ROUNDS];
        try (EmbeddedS3 s3 = EmbeddedS3.start(folder, 0, LocalS3.ACCESS_KEY, LocalS3.SECRET_KEY);
                Bundle bundle = torch.open(VerifiedBundle.read(Path.of("models", "bundles", "glyphs-adm")));
                Engine engine = new Engine(
                        List.of(bundle),
                        EngineSettings.constant(16, 8),
                        EngineEnvironment.of(EngineClock.SYSTEM)
                                .withPreparedThread(() -> torch.prepareCallingThread(1)))) {
            s3.createBucket(LocalS3.BUCKET);
            engine.start();
            CountingStore store = new CountingStore(new S3CheckpointStore(
                    LocalS3.settings(s3.endpoint()), "checkpoints", Duration.ofHours(1), Clock.systemUTC()));
            round(engine, bundle, store, Optional.empty());
            for (int round = 0; round < ROUNDS; round++) {
                for (int turn = 0; turn < INTERVALS.size(); turn++) {
                    int mode = (round + turn) % INTERVALS.size();
                    rowsPerSecond[mode][round] = round(engine, bundle, store, INTERVALS.get(mode));
                }
            }
            assertThat(store.puts.sum()).isPositive();
            report(rowsPerSecond, store);
            store.close();
        }
    }

    /** Rows per second of wall time over a full engine's worth of requests. */
    private static double round(Engine engine, Bundle bundle, CheckpointStore store, Optional<Duration> every)
            throws InterruptedException {
        CountDownLatch ends = new CountDownLatch(REQUESTS);
        CheckpointSettings settings = new CheckpointSettings(every, OptionalInt.empty());
        long rows = bundle.counter(Network.DENOISER).used();
        long start = System.nanoTime();
        try (Checkpoints checkpoints =
                new Checkpoints(new Kept(store), settings, Duration.ofSeconds(5), "measure", EngineClock.SYSTEM)) {
            for (int i = 0; i < REQUESTS; i++) {
                GenerationRequest request = request("r" + i, i);
                JobCheckpoints kept = checkpoints.of(request, "hash");
                engine.submit(request, new JobListener() {
                    @Override
                    public void progressed(int step) {}

                    @Override
                    public void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
                        kept.stepped(stepsLeft, snapshot);
                    }

                    @Override
                    public void ended(JobEnd end) {
                        ends.countDown();
                    }
                });
            }
            ends.await();
        }
        return (bundle.counter(Network.DENOISER).used() - rows) * 1e9 / (System.nanoTime() - start);
    }

    private static GenerationRequest request(String id, long seed) {
        GenerationRequested event = Requests.plain(id)
                .setModel("glyphs-adm")
                .setPrompt(Requests.label("seven"))
                .setSeed(seed)
                .setSampler(Requests.steps(STEPS))
                .setGuidance(Requests.guidance(Requests.SCALE, Requests.compress(GUIDED, 1)))
                .build();
        if (new RequestDecoder().decode(event) instanceof Decoded.Valid(GenerationRequest request)) {
            return request;
        }
        throw new AssertionError("not valid: " + event);
    }

    private static void report(double[][] rowsPerSecond, CountingStore store) {
        double[] off = rowsPerSecond[0];
        for (int mode = 0; mode < INTERVALS.size(); mode++) {
            double[] values = rowsPerSecond[mode];
            double[] ratios = new double[ROUNDS];
            Arrays.setAll(ratios, round -> values[round] / off[round]);
            Arrays.sort(ratios);
            System.out.printf(
                    "checkpoints every %s rows/s %s, against off: median %.3f, from %.3f to %.3f%n",
                    INTERVALS.get(mode).map(Duration::toString).orElse("never"),
                    Arrays.toString(values),
                    ratios[ROUNDS / 2],
                    ratios[0],
                    ratios[ROUNDS - 1]);
        }
        System.out.printf(
                "checkpoints stored %d, %d bytes each on average%n",
                store.puts.sum(), store.bytes.sum() / store.puts.sum());
    }

    /** Counts what is stored. */
    private static class CountingStore implements CheckpointStore {
        private final CheckpointStore store;
        private final LongAdder puts = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        CountingStore(CheckpointStore store) {
            this.store = store;
        }

        @Override
        public CompletionStage<Void> put(CheckpointAddress address, byte[] snapshot) {
            puts.increment();
            bytes.add(snapshot.length);
            return store.put(address, snapshot);
        }

        @Override
        public CompletionStage<Optional<byte[]>> get(CheckpointAddress address) {
            return store.get(address);
        }

        @Override
        public CompletionStage<Void> delete(CheckpointAddress address) {
            return store.delete(address);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Stays open from round to round. */
    private static final class Kept extends CountingStore {
        private final CheckpointStore counted;

        Kept(CheckpointStore counted) {
            super(counted);
            this.counted = counted;
        }

        @Override
        public CompletionStage<Void> put(CheckpointAddress address, byte[] snapshot) {
            return counted.put(address, snapshot);
        }

        @Override
        public void close() {}
    }
}
