package dev.sluice.stream;

import dev.sluice.state.v1.PendingRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a task's earlier owner had begun and not settled. Each attempt is counted, and begins only once its count is
 * committed: so a request that kills the process is known by its count, however fast it does so. Its last attempts are made
 * in {@link PoisonQuarantine}, so that it takes nobody along.
 *
 * <p>Confined to the task's thread.
 */
final class PendingRecovery {
    private static final int ATTEMPTS_ALONE = 2;

    private final Transactions transactions;
    private final PoisonQuarantine quarantine;
    private final Deque<String> inCompany = new ArrayDeque<>();
    private final Deque<String> alone = new ArrayDeque<>();
    private final Deque<String> counted = new ArrayDeque<>();
    private Optional<String> inside = Optional.empty();
    /** Whether a count is written and not committed. */
    private boolean undecided;

    /**
     * Begins nothing yet.
     *
     * @param left what is to be begun again, each at fewer attempts than the most
     * @param mostAttempts attempts in all
     */
    PendingRecovery(
            List<PendingRequest> left, int mostAttempts, Transactions transactions, PoisonQuarantine quarantine) {
        this.transactions = transactions;
        this.quarantine = quarantine;
        left.stream()
                .sorted(Comparator.comparingInt(PendingRequest::getAttempts))
                .forEach(pending -> (pending.getAttempts() < mostAttempts - ATTEMPTS_ALONE ? inCompany : alone)
                        .add(pending.getRequest().getRequestId()));
        tell();
    }

    /** Begins what has been counted, and counts what may begin next. What was settled meanwhile is left out. */
    void advance(RequestStore store, Consumer<PendingRequest> begin) {
        for (String id = counted.poll(); id != null; id = counted.poll()) {
            store.pending(id).ifPresent(begin);
        }
        List<String> next = new ArrayList<>(inCompany);
        inCompany.clear();
        if (next.isEmpty() && !undecided) {
            nextSuspect(store).ifPresent(next::add);
        }
        count(next, store);
        tell();
    }

    private Optional<String> nextSuspect(RequestStore store) {
        while (!alone.isEmpty() && store.pending(alone.element()).isEmpty()) {
            alone.remove();
        }
        if (inside.isEmpty() && !alone.isEmpty() && quarantine.enter(this)) {
            inside = Optional.of(alone.remove());
            return inside;
        }
        return Optional.empty();
    }

    private void count(List<String> ids, RequestStore store) {
        List<String> present = new ArrayList<>();
        for (String id : ids) {
            store.pending(id).ifPresent(pending -> {
                store.put(PendingRequest.newBuilder(pending)
                        .setAttempts(pending.getAttempts() + 1)
                        .build());
                present.add(id);
            });
        }
        if (!present.isEmpty()) {
            undecided = true;
            transactions.whenDecided(() -> decide(counted, present), () -> decide(inCompany, present));
        }
    }

    private void decide(Deque<String> where, List<String> ids) {
        undecided = false;
        where.addAll(ids);
    }

    private void tell() {
        quarantine.waiting(this, !alone.isEmpty(), !inCompany.isEmpty() || undecided || !counted.isEmpty());
    }

    /** The request is settled; where it had the worker to itself, others may go in. */
    void settled(String requestId) {
        if (inside.filter(requestId::equals).isPresent()) {
            inside = Optional.empty();
            quarantine.leave(this);
        }
    }

    void close() {
        quarantine.closed(this);
    }
}
