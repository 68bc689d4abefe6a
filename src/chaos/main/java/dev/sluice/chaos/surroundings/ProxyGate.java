package dev.sluice.chaos.surroundings;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Whether bytes may pass a {@link TcpProxy} now, and how slowly. Any thread may call; pumps wait here while frozen. */
final class ProxyGate {
    private enum Mode {
        PASSING,
        FROZEN,
        CUT
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.PASSING;
    private Duration delay = Duration.ZERO;

    void pass() {
        set(Mode.PASSING, Duration.ZERO);
    }

    void delay(Duration perChunk) {
        set(Mode.PASSING, perChunk);
    }

    void freeze() {
        set(Mode.FROZEN, Duration.ZERO);
    }

    void cut() {
        set(Mode.CUT, Duration.ZERO);
    }

    boolean isCut() {
        lock.lock();
        try {
            return mode == Mode.CUT;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until what has arrived may go on, and as long as it is to be delayed.
     *
     * @param gone whether the connection that waits is closed; asked again at each {@link #wake}
     * @return false where it is closed or cut
     */
    boolean awaitPassage(BooleanSupplier gone) throws InterruptedException {
        Duration pause = delayOncePassing(gone);
        if (pause.isPositive()) {
            Thread.sleep(pause);
            // Frozen or cut in the meantime.
            delayOncePassing(gone);
        }
        return !gone.getAsBoolean() && !isCut();
    }

    private Duration delayOncePassing(BooleanSupplier gone) throws InterruptedException {
        lock.lock();
        try {
            while (mode == Mode.FROZEN && !gone.getAsBoolean()) {
                changed.await();
            }
            return delay;
        } finally {
            lock.unlock();
        }
    }

    /** Makes those who wait look again whether their connection is closed. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void set(Mode next, Duration perChunk) {
        lock.lock();
        try {
            mode = next;
            delay = perChunk;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
