package dev.sluice.stream;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import java.time.Duration;

/** Hears of every settlement, for metrics. Called on a stream thread, before the transaction commits. */
@FunctionalInterface
public interface SettlementObserver {
    /**
     * A request reached its outcome.
     *
     * @param age from acceptance to settlement
     */
    void settled(GenerationRequest request, Outcome outcome, Duration age);
}
