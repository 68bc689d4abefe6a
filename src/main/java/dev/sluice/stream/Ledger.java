package dev.sluice.stream;

import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * What one task knows of its requests: pending ones, and settled ones for as long as they are remembered. Both stores
 * are changelogged, so an entry changes in the same transaction as the events it goes with. Confined to the task's
 * thread.
 */
final class Ledger {
    static final String PENDING = "pending";
    static final String SETTLED = "settled";

    private final KeyValueStore<String, PendingRequest> pending;
    private final WindowStore<String, SettledRequest> settled;
    private final Duration retention;

    Ledger(
            KeyValueStore<String, PendingRequest> pending,
            WindowStore<String, SettledRequest> settled,
            Duration retention) {
        this.pending = pending;
        this.settled = settled;
        this.retention = retention;
    }

    /** What was accepted and has no outcome yet. */
    List<PendingRequest> allPending() {
        List<PendingRequest> requests = new ArrayList<>();
        try (KeyValueIterator<String, PendingRequest> entries = pending.all()) {
            while (entries.hasNext()) {
                requests.add(entries.next().value);
            }
        }
        return requests;
    }

    Optional<PendingRequest> pending(String requestId) {
        return Optional.ofNullable(pending.get(requestId));
    }

    Optional<SettledRequest> settled(String requestId, Instant now) {
        Optional<SettledRequest> latest = Optional.empty();
        // A day ahead, so that a clock set back doesn't make the ledger forget.
        try (WindowStoreIterator<SettledRequest> entries =
                settled.fetch(requestId, now.minus(retention), now.plus(Duration.ofDays(1)))) {
            while (entries.hasNext()) {
                latest = Optional.of(entries.next().value);
            }
        }
        return latest;
    }

    void accept(PendingRequest request) {
        pending.put(request.getRequest().getRequestId(), request);
    }

    /** Remembers an outcome, and that nothing is pending. */
    void settle(String requestId, String contentHash, String outcome, Instant now) {
        pending.delete(requestId);
        settled.put(requestId, new SettledRequest(contentHash, now, outcome), now.toEpochMilli());
    }
}
