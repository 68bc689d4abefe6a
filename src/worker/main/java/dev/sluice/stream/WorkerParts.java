package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.Engine;
import java.time.Clock;
import java.util.Optional;

/**
 * What all tasks of a worker share.
 *
 * @param events hears of requests and charges
 * @param checkpoints empty where requests that a worker dies over begin anew
 */
public record WorkerParts(
        Engine engine,
        ImagePublisher publisher,
        RequestDecoder decoder,
        EventEncoder encoder,
        OverheadQueue overhead,
        RequestListener events,
        Clock clock,
        Optional<Checkpoints> checkpoints) {}
