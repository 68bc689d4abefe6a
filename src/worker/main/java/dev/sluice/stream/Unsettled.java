package dev.sluice.stream;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which requests a worker's tasks have accepted and not settled, and since when. Each task writes of its own requests, on
 * its thread, as it writes its store: before the transaction commits. Any thread reads.
 */
public final class Unsettled {
    private final Map<String, Instant> acceptedAt = new ConcurrentHashMap<>();

    /** Requests that have no outcome yet. */
    public int count() {
        return acceptedAt.size();
    }

    /** When the oldest of them was accepted. */
    public Optional<Instant> oldest() {
        return acceptedAt.values().stream().min(Comparator.naturalOrder());
    }

    void accepted(String requestId, Instant at) {
        acceptedAt.put(requestId, at);
    }

    void settled(String requestId) {
        acceptedAt.remove(requestId);
    }
}
