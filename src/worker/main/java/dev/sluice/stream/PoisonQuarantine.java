package dev.sluice.stream;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets one suspect at a time have the worker to itself. A suspect is a request that worker after worker has died over; while
 * any waits, the gate stays shut, and when the worker is empty one goes in. If the worker dies then, it is known over
 * what. Shared by all tasks; any stream thread may call.
 */
final class PoisonQuarantine {
    private final InFlight inFlight;
    private final Set<Object> suspicious = new HashSet<>();
    private final Set<Object> beginning = new HashSet<>();
    private @Nullable Object inside;

    PoisonQuarantine(InFlight inFlight) {
        this.inFlight = inFlight;
    }

    /**
     * What the owner has to begin.
     *
     * @param suspects whether any suspects wait
     * @param others whether anything else is about to be begun
     */
    synchronized void waiting(Object owner, boolean suspects, boolean others) {
        set(suspicious, owner, suspects);
        set(beginning, owner, others);
    }

    private static void set(Set<Object> owners, Object owner, boolean in) {
        if (in) {
            owners.add(owner);
        } else {
            owners.remove(owner);
        }
    }

    /** Takes the worker for one suspect of the owner, if nothing else is in it. */
    synchronized boolean enter(Object owner) {
        if (inside != null || !beginning.isEmpty() || inFlight.any()) {
            return false;
        }
        inside = owner;
        return true;
    }

    /** The owner's suspect is settled. */
    synchronized void leave(Object owner) {
        if (owner.equals(inside)) {
            inside = null;
        }
    }

    /** The owner is gone, with its suspects. */
    synchronized void closed(Object owner) {
        waiting(owner, false, false);
        leave(owner);
    }

    /** Whether other work has to stay out. */
    synchronized boolean wanted() {
        return inside != null || !suspicious.isEmpty();
    }
}
