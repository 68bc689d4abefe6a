package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A worker in a JVM of its own, made to be killed. Composed of the real parts, whose surroundings its arguments name: broker,
 * registry, S3, bundle, state directory, worker name. Ends by itself when the JVM that started it is gone, which it sees by
 * the end of its standard input.
 */
public final class ForkedWorker {
    static final String APPLICATION_ID = "sluice-kill-test";
    private static final Duration OVERHEAD_INTERVAL = Duration.ofSeconds(1);

    private ForkedWorker() {}

    public static void main(String[] args) throws InterruptedException, IOException {
        String kafka = args[0];
        String registry = args[1];
        URI s3 = URI.create(args[2]);
        Path bundleDirectory = Path.of(args[3]);
        Path stateDirectory = Path.of(args[4]);
        String name = args[5];

        TorchScriptBundles torch = TorchScriptBundles.onCpu();
        Bundle bundle = torch.open(VerifiedBundle.read(bundleDirectory));
        Clock clock = Clock.systemUTC();
        Instant startedAt = clock.instant();
        EventEncoder encoder = new EventEncoder(
                name, startedAt, Tariff.of(new Price("cpu", new BigDecimal("0.0001"), Currency.getInstance("EUR"))));
        MeterFile meterFile = MeterFile.create(stateDirectory, APPLICATION_ID, encoder.process(), startedAt);
        Engine engine = new Engine(
                List.of(bundle),
                EngineSettings.constant(16, 8).withProgressInterval(Duration.ofMillis(200)),
                EngineEnvironment.of(EngineClock.SYSTEM)
                        .withDeviceTime(meterFile)
                        .withPreparedThread(() -> torch.prepareCallingThread(1)));
        engine.start();
        ImagePublisher publisher =
                new ImagePublisher(new S3ImageStore(LocalS3.settings(s3)), 1, 32, clock, RequestListener.NONE);
        OverheadQueue overhead = new OverheadQueue(engine.meter(), OVERHEAD_INTERVAL, startedAt);
        WorkerParts parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(),
                encoder,
                overhead,
                RequestListener.NONE,
                clock,
                Optional.empty());
        StreamSettings settings = new StreamSettings(
                APPLICATION_ID,
                Topics.DEFAULT,
                stateDirectory,
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                // The shortest that the broker takes, so that a killed worker's partitions are soon another's.
                Map.of(
                        "bootstrap.servers", kafka,
                        "schema.registry.url", registry,
                        "session.timeout.ms", 6000,
                        "heartbeat.interval.ms", 2000,
                        "transaction.timeout.ms", 10_000));
        new StreamWorker(settings, parts, () -> engine.hasRoom() && publisher.hasRoom(), failure -> {}).start();
        new LostDeviceTime(meterFile, settings, overhead, clock).start();
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }
}
