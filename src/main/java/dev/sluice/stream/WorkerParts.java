package dev.sluice.stream;

import dev.sluice.engine.Engine;
import dev.sluice.wire.EventEncoder;
import dev.sluice.wire.RequestDecoder;
import java.time.Clock;

/** What all tasks of a worker share. */
public record WorkerParts(
        Engine engine,
        Finisher finisher,
        RequestDecoder decoder,
        EventEncoder encoder,
        Overhead overhead,
        SettlementObserver observer,
        Milestones milestones,
        Clock clock) {}
