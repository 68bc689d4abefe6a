package dev.sluice.lookup;

import dev.sluice.deadletter.Letter;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.lookup.Standing.Completed;
import dev.sluice.lookup.Standing.DeadLetter;
import dev.sluice.lookup.Standing.Failed;
import dev.sluice.lookup.Standing.UnderWay;
import dev.sluice.lookup.Standing.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was read of one request so far, in any order; of each kind the newest counts. Confined to one thread. */
final class Traces {
    /** An id is accepted again only after settle.retention, which is far longer. */
    static final Duration CLOCKS_APART = Duration.ofMinutes(10);

    private final String requestId;
    private @Nullable Completed completed;
    private @Nullable Failed failed;
    private @Nullable UnderWay underWay;
    private @Nullable Letter letter;
    private @Nullable Waiting waiting;

    /** Charges by cost id, since the topic may have one twice. */
    private final Map<String, CostIncurred> charges = new LinkedHashMap<>();

    Traces(String requestId) {
        this.requestId = requestId;
    }

    void completed(GenerationCompleted outcome, Instant at) {
        if (completed == null || !at.isBefore(completed.at())) {
            completed = new Completed(outcome, at);
        }
    }

    void failed(GenerationFailed outcome, Instant at) {
        if (failed == null || !at.isBefore(failed.at())) {
            failed = new Failed(outcome, at);
        }
    }

    void progressed(GenerationProgressed progress, Instant at) {
        if (underWay == null || !at.isBefore(underWay.at())) {
            underWay = new UnderWay(progress, at);
        }
    }

    void died(Letter newer) {
        if (letter == null || !newer.writtenAt().isBefore(letter.writtenAt())) {
            letter = newer;
        }
    }

    void published(Instant at) {
        if (waiting == null || at.isAfter(waiting.publishedAt())) {
            waiting = new Waiting(at);
        }
    }

    void charged(CostIncurred charge) {
        charges.putIfAbsent(charge.getCostId(), charge);
    }

    /** When its last outcome was written. */
    Optional<Instant> settledAt() {
        return Optional.ofNullable(
                switch (outcome()) {
                    case Completed one -> one.at();
                    case Failed one -> one.at();
                    case UnderWay none -> null;
                    case DeadLetter none -> null;
                    case Waiting none -> null;
                    case Standing.Unknown none -> null;
                });
    }

    /** Whether older records can't change the answer. An outcome is final, until a worker works on the id again. */
    boolean isDecided() {
        return completed != null || failed != null || underWay != null;
    }

    /**
     * The request's state, from all that was read.
     *
     * @param sentBack letters that were published again
     */
    Found found(Set<String> sentBack) {
        Optional<DeadLetter> died = Optional.ofNullable(letter)
                .map(one -> new DeadLetter(one, sentBack.contains(one.id().toString())));
        Standing outcome = outcome();
        Standing standing = outcome instanceof Standing.Unknown
                ? died.<Standing>map(one -> one).orElseGet(this::published)
                : outcome;
        return new Found(
                requestId,
                standing,
                List.copyOf(charges.values()),
                standing instanceof DeadLetter ? Optional.empty() : died);
    }

    private Standing published() {
        return waiting == null ? new Standing.Unknown() : waiting;
    }

    private Standing outcome() {
        Standing settled = new Standing.Unknown();
        Instant at = Instant.MIN;
        if (completed != null) {
            settled = completed;
            at = completed.at();
        }
        if (failed != null && failed.at().isAfter(at)) {
            settled = failed;
            at = failed.at();
        }
        // Progress is written before the outcome that it leads to, by a worker whose clock may be ahead of the other's.
        return underWay != null && (at.equals(Instant.MIN) || underWay.at().isAfter(at.plus(CLOCKS_APART)))
                ? underWay
                : settled;
    }
}
