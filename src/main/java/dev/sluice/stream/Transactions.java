package dev.sluice.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is to be done once a transaction has ended. Exactly-once has one transaction per stream thread at a time, and the
 * thread that forwards is the one that commits, so what a thread adds here belongs to the transaction that it ends next.
 * Only the owning thread touches its list.
 */
final class Transactions {
    private final Map<Thread, List<Ending>> open = new ConcurrentHashMap<>();

    /** What a committed and what an aborted transaction leave to do. */
    record Ending(Runnable committed, Runnable aborted) {}

    /** For this thread's next end of a transaction. */
    void add(Runnable committed, Runnable aborted) {
        open.computeIfAbsent(Thread.currentThread(), thread -> new ArrayList<>())
                .add(new Ending(committed, aborted));
    }

    /**
     * Commits, and then does what is to be done. Where committing fails, nobody knows here what became of the transaction,
     * so nothing is done: what depends on it is left to the next start.
     */
    void commit(ThrowingRunnable commit) throws Throwable {
        List<Ending> endings = take();
        commit.run();
        endings.forEach(ending -> ending.committed().run());
    }

    /** For a transaction that can't be committed any more. */
    void aborted() {
        take().forEach(ending -> ending.aborted().run());
    }

    private List<Ending> take() {
        List<Ending> endings = open.remove(Thread.currentThread());
        return endings == null ? List.of() : endings;
    }

    /** A call that may fail in any way. */
    @FunctionalInterface
    interface ThrowingRunnable {
        void run() throws Throwable;
    }
}
