package dev.sluice.stream;

import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * What one task knows of its requests: pending ones, and settled ones for as long as they are remembered. Both stores
 * are changelogged, so an entry changes in the same transaction as the events it goes with. Confined to the task's
 * thread.
 */
final class RequestStore {
    static final String PENDING = "pending";
    static final String SETTLED = "settled";

    /** The outcome of a request that was cancelled before it came, until it comes and has a real one. */
    static final String CANCELLED_AHEAD = "CANCELLED_AHEAD";

    private static final int SETTLED_LOOKED_AT = 1000;

    private final KeyValueStore<String, PendingRequest> pending;
    private final WindowStore<String, ValueAndTimestamp<SettledRequest>> settled;
    private final Duration retention;
    private final Unsettled unsettled;
    private final Set<String> mine = new HashSet<>();

    RequestStore(
            KeyValueStore<String, PendingRequest> pending,
            WindowStore<String, ValueAndTimestamp<SettledRequest>> settled,
            Duration retention,
            Unsettled unsettled) {
        this.pending = pending;
        this.settled = settled;
        this.retention = retention;
        this.unsettled = unsettled;
    }

    /**
     * Sees that what is here is at home here. Looks at all that is pending and at some of what is settled, which is enough
     * where partitions were added behind the store's back: most entries are misplaced then.
     *
     * @throws MisplacedEntryException otherwise
     */
    void requireAtHome(int partition, int partitions) {
        try (KeyValueIterator<String, PendingRequest> entries = pending.all()) {
            while (entries.hasNext()) {
                MisplacedEntryException.require(entries.next().key, partition, partitions);
            }
        }
        try (KeyValueIterator<Windowed<String>, ValueAndTimestamp<SettledRequest>> entries = settled.all()) {
            for (int i = 0; i < SETTLED_LOOKED_AT && entries.hasNext(); i++) {
                MisplacedEntryException.require(entries.next().key.key(), partition, partitions);
            }
        }
    }

    /** What was accepted and has no outcome yet. */
    List<PendingRequest> allPending() {
        List<PendingRequest> requests = new ArrayList<>();
        try (KeyValueIterator<String, PendingRequest> entries = pending.all()) {
            while (entries.hasNext()) {
                PendingRequest request = entries.next().value;
                tell(request);
                requests.add(request);
            }
        }
        return requests;
    }

    Optional<PendingRequest> pending(String requestId) {
        return Optional.ofNullable(pending.get(requestId));
    }

    /** The outcome of a request, or that it was cancelled ahead. */
    Optional<SettledRequest> settled(String requestId, Instant now) {
        Optional<SettledRequest> found = Optional.empty();
        // A day ahead, so that a clock set back doesn't make the store forget.
        try (WindowStoreIterator<ValueAndTimestamp<SettledRequest>> entries =
                settled.fetch(requestId, now.minus(retention), now.plus(Duration.ofDays(1)))) {
            while (entries.hasNext()) {
                SettledRequest entry = entries.next().value.value();
                // Entries come by their time, and clocks differ: an outcome counts even before its cancellation.
                if (found.isEmpty() || !entry.getOutcome().equals(CANCELLED_AHEAD)) {
                    found = Optional.of(entry);
                }
            }
        }
        return found;
    }

    void put(PendingRequest request) {
        pending.put(request.getRequest().getRequestId(), request);
        tell(request);
    }

    /**
     * Remembers an outcome, and that nothing is pending. The changelog's record has this time too, and not that of the
     * request's record: the changelog deletes by it, and a replayed request must not be forgotten because it is old.
     */
    void settle(String requestId, String contentHash, String outcome, Instant now) {
        pending.delete(requestId);
        mine.remove(requestId);
        unsettled.settled(requestId);
        long millis = now.toEpochMilli();
        settled.put(requestId, ValueAndTimestamp.make(new SettledRequest(contentHash, now, outcome), millis), millis);
    }

    /** The task goes away, and takes its requests along. */
    void close() {
        mine.forEach(unsettled::settled);
        mine.clear();
    }

    private void tell(PendingRequest request) {
        String id = request.getRequest().getRequestId();
        mine.add(id);
        unsettled.accepted(id, request.getAcceptedAt());
    }
}
