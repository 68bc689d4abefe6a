package dev.sluice.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells tasks when what they wrote and forwarded is committed. A stream thread has one transaction at a time for all of
 * its tasks, and everything here happens on the thread that it is about.
 */
final class Transactions {
    private final ThreadLocal<List<Undecided>> undecided = ThreadLocal.withInitial(ArrayList::new);

    private record Undecided(Object owner, Runnable committed, Runnable aborted) {}

    /**
     * Hears how the present transaction ends.
     *
     * @param aborted runs when the owner is closed before the transaction was committed
     */
    void whenDecided(Object owner, Runnable committed, Runnable aborted) {
        undecided.get().add(new Undecided(owner, committed, aborted));
    }

    /** The calling thread's transaction is committed. */
    void committed() {
        List<Undecided> decided = List.copyOf(undecided.get());
        undecided.get().clear();
        decided.forEach(entry -> entry.committed().run());
    }

    /** The owner goes, on its thread: what is undecided of it never was. */
    void closed(Object owner) {
        List<Undecided> aborted = undecided.get().stream()
                .filter(entry -> entry.owner().equals(owner))
                .toList();
        undecided.get().removeAll(aborted);
        aborted.forEach(entry -> entry.aborted().run());
    }
}
