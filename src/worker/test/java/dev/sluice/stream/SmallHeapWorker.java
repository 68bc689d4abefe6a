package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real stream with a device and a store that cost nothing, in a JVM of its own whose heap the caller chooses. Arguments:
 * broker, registry, state directory. Ends with its standard input.
 */
public final class SmallHeapWorker {
    private SmallHeapWorker() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ManualTime time = new ManualTime();
        Engine engine = new Engine(
                List.of(new SimulatedDevice(time).bundle()), EngineSettings.constant(4, 1), EngineEnvironment.of(time));
        engine.start();
        ImagePublisher publisher =
                new ImagePublisher(new InMemoryImageStore(), 1, 8, Clock.systemUTC(), RequestListener.NONE);
        WorkerParts parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(),
                new EventEncoder(
                        "worker-1",
                        Instant.now(),
                        Tariff.of(new Price("device", BigDecimal.ONE, Currency.getInstance("EUR")))),
                new OverheadQueue(engine.meter(), Duration.ofMinutes(1), Instant.now()),
                RequestListener.NONE,
                Clock.systemUTC(),
                Optional.empty());
        StreamSettings settings = new StreamSettings(
                "giants-test",
                Topics.DEFAULT,
                Path.of(args[2]),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                Map.of("bootstrap.servers", args[0], "schema.registry.url", args[1]));
        new StreamWorker(settings, parts, engine::hasRoom, failure -> {}).start();
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }
}
