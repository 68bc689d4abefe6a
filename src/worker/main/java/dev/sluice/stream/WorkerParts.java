package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.Engine;
import java.time.Clock;
import java.util.Optional;

/**
 * What all tasks of a worker share.
 *
 * @param checkpoints empty where requests that a worker dies over begin anew
 */
public record WorkerParts(
        Engine engine,
        ImagePublisher publisher,
        RequestDecoder decoder,
        EventEncoder encoder,
        OverheadQueue overhead,
        OutcomeObserver observer,
        Milestones milestones,
        Clock clock,
        Optional<Checkpoints> checkpoints,
        RequestTraces traces) {
    /** Parts of a worker that writes no traces. */
    public WorkerParts(
            Engine engine,
            ImagePublisher publisher,
            RequestDecoder decoder,
            EventEncoder encoder,
            OverheadQueue overhead,
            OutcomeObserver observer,
            Milestones milestones,
            Clock clock,
            Optional<Checkpoints> checkpoints) {
        this(
                engine,
                publisher,
                decoder,
                encoder,
                overhead,
                observer,
                milestones,
                clock,
                checkpoints,
                RequestTraces.NONE);
    }
}
