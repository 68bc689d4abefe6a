package dev.sluice.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is to be done once a transaction has ended. Exactly-once has one transaction per stream thread at a time, and the
 * thread that forwards is the one that commits, so what a thread leaves here belongs to the transaction that it ends next.
 *
 * <p>If a commit fails, nobody here knows what became of it, and neither is done. What was charged in it is neither
 * taken for committed nor given back, since it could be charged twice. The next start finds out. Each thread touches
 * its own entries alone.
 */
final class Transactions implements TransactionListener {
    private final Map<Thread, List<Undecided>> open = new ConcurrentHashMap<>();
    private final Map<Thread, List<Undecided>> inDoubt = new ConcurrentHashMap<>();

    private record Undecided(Runnable committed, Runnable aborted) {}

    /** Hears how this thread's present transaction ends. */
    void whenDecided(Runnable committed, Runnable aborted) {
        open.computeIfAbsent(Thread.currentThread(), thread -> new ArrayList<>())
                .add(new Undecided(committed, aborted));
    }

    @Override
    public void committing() {
        // A commit that timed out may be tried again; what is left to the first is the second's too.
        inDoubt.computeIfAbsent(Thread.currentThread(), thread -> new ArrayList<>())
                .addAll(take(open));
    }

    @Override
    public void committed() {
        take(inDoubt).forEach(entry -> entry.committed().run());
    }

    @Override
    public void aborted() {
        take(open).forEach(entry -> entry.aborted().run());
        inDoubt.remove(Thread.currentThread());
    }

    private static List<Undecided> take(Map<Thread, List<Undecided>> entries) {
        List<Undecided> taken = entries.remove(Thread.currentThread());
        return taken == null ? List.of() : taken;
    }
}
