package dev.sluice.bench;

import dev.sluice.model.Bundle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A gate at a bundle's modules, so that several engines can take turns on one device in the middle of their work. A
 * batch that comes while the gate is shut waits at it. A turn is the wall time from opening the gate until the first
 * batch arrives that is not let through. So it holds whole cycles of the engine: the batches, and what the engine does
 * between them.
 *
 * <p>The thread that measures calls {@link #run}, {@link #shut} and {@link #free}; the thread that owns the device passes
 * the gate; any thread may call {@link #finish}.
 */
final class Turnstile {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean open = true;
    private Predicate<Turn> over = turn -> false;
    /** Null while no turn is under way. */
    private @Nullable Turn counted;

    private long startNanos;

    /** The bundle with this gate at its networks. */
    Bundle at(Bundle bundle) {
        return bundle.with((network, original) -> rows -> {
            pass(Turn.of(network, rows.used()));
            return original.evaluate(rows);
        });
    }

    /** Lets nothing through until the next turn. */
    void shut() {
        lock.lock();
        try {
            open = false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything through, uncounted, from now on. */
    void free() {
        lock.lock();
        try {
            over = turn -> false;
            open = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens the gate for a turn, which ends where {@code over} says so as a batch arrives, or with {@link #finish}.
     *
     * @param alive whether batches can still be expected
     * @return what went through
     * @throws IllegalStateException if no batch can be expected any more
     */
    Turn run(Predicate<Turn> over, BooleanSupplier alive) throws InterruptedException {
        lock.lock();
        try {
            this.over = over;
            counted = Turn.NOTHING;
            startNanos = System.nanoTime();
            open = true;
            changed.signalAll();
            while (open) {
                boolean timedOut = !changed.await(1, TimeUnit.SECONDS);
                if (timedOut && open && !alive.getAsBoolean()) {
                    throw new IllegalStateException("the engine stopped in the middle of a measurement");
                }
            }
            return soFar();
        } finally {
            counted = null;
            lock.unlock();
        }
    }

    /** The work is done: ends the turn under way. */
    void finish() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    private void pass(Turn call) {
        lock.lock();
        try {
            if (open && counted != null && over.test(sinceStart())) {
                end();
            }
            while (!open) {
                changed.awaitUninterruptibly();
            }
            if (counted != null) {
                counted = counted.plus(call);
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        if (open && counted != null) {
            counted = sinceStart();
            open = false;
            changed.signalAll();
        }
    }

    private Turn sinceStart() {
        return soFar().plus(new Turn(System.nanoTime() - startNanos, 0, 0));
    }

    private Turn soFar() {
        Turn turn = counted;
        return turn == null ? Turn.NOTHING : turn;
    }
}
