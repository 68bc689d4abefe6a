package dev.sluice.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Charges that are forwarded and not committed. Exactly-once has one transaction per stream thread at a time, and the
 * thread that forwards is the one that commits, so what a thread adds belongs to the transaction that it ends next.
 *
 * <p>Where a commit fails, nobody here knows what became of it. Such a charge is neither taken for committed nor given
 * back, since it would be charged twice; the next start finds out. Each thread touches its own charges alone.
 */
final class OpenCharges implements TransactionListener {
    private final Map<Thread, List<Charge>> open = new ConcurrentHashMap<>();
    private final Map<Thread, List<Charge>> inDoubt = new ConcurrentHashMap<>();

    /** What a committed and what an aborted transaction leave to do. */
    private record Charge(Runnable committed, Runnable aborted) {}

    /** Into this thread's next transaction to end. */
    void add(Runnable committed, Runnable aborted) {
        open.computeIfAbsent(Thread.currentThread(), thread -> new ArrayList<>())
                .add(new Charge(committed, aborted));
    }

    @Override
    public void committing() {
        inDoubt.put(Thread.currentThread(), take(open));
    }

    @Override
    public void committed() {
        take(inDoubt).forEach(charge -> charge.committed().run());
    }

    @Override
    public void aborted() {
        take(open).forEach(charge -> charge.aborted().run());
        inDoubt.remove(Thread.currentThread());
    }

    private static List<Charge> take(Map<Thread, List<Charge>> charges) {
        List<Charge> taken = charges.remove(Thread.currentThread());
        return taken == null ? List.of() : taken;
    }
}
