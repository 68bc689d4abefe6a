package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.model.Bundle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Which bundles are on the device. When memory is short the one that was used least recently leaves.
 *
 * <p>Bundles must not thrash. One that isn't on the device is brought only if it fits beside the others, or if those
 * that would have to leave have no jobs, or once both its jobs have waited and those bundles have been there for as
 * long as the patience says. How long bundles take to load is not part of their stay. Confined to the engine's loop;
 * what it decides happens on the device before the next batch.
 */
final class BundleResidency {
    private final EngineClock clock;
    private final long patienceNanos;
    /** What fits; learned where the device itself says that it is full. */
    private long capacity;
    /** Least recently used first. */
    private final SequencedSet<BundleQueue> there = new LinkedHashSet<>();
    /** Bundles on the device that no batch has been run with since they were loaded. */
    private final Set<BundleQueue> arriving = new HashSet<>();
    /** Bundles that are to leave and were not told yet. */
    private final List<Bundle> departures = new ArrayList<>();

    private long remedies;

    BundleResidency(EngineSettings settings, EngineClock clock) {
        this.clock = clock;
        patienceNanos = settings.bundlePatience().toNanos();
        capacity = settings.deviceMemory();
    }

    /** How often something was decided against a lack of memory, which batches made ready before know nothing of. */
    long remedies() {
        return remedies;
    }

    /** Whether a queue may make a batch now: its bundle is there, or it is time to bring it. */
    boolean admits(BundleQueue queue) {
        List<BundleQueue> busy =
                leavingFor(queue).stream().filter(BundleQueue::hasJobs).toList();
        return busy.isEmpty()
                || (isPatienceOver(queue.waitingSinceNanos()) && busy.stream().allMatch(this::hasHadItsTurn));
    }

    /** A batch of this queue has been made, so its bundle has arrived, where it was on its way. */
    void arrived(BundleQueue queue, long nanos) {
        if (arriving.remove(queue)) {
            queue.arrived(nanos);
        }
    }

    /**
     * Counts a queue's bundle as there and just used.
     *
     * @return the bundles that have to leave before its next batch
     */
    List<Bundle> makeRoomFor(BundleQueue queue) {
        leavingFor(queue).forEach(this::remove);
        if (!there.remove(queue)) {
            arriving.add(queue);
        }
        there.addLast(queue);
        List<Bundle> leaving = List.copyOf(departures);
        departures.clear();
        return leaving;
    }

    /**
     * The device had no room for a queue's bundle: from now on this one beside what is there counts as too much by a byte,
     * so that something leaves before it is tried again. Less than that may well fit.
     *
     * @return whether anything is there that could leave
     */
    boolean shrinkAround(BundleQueue queue) {
        there.remove(queue);
        arriving.remove(queue);
        if (there.isEmpty()) {
            return false;
        }
        remedies++;
        capacity = Math.min(capacity, bytes(there) + queue.bundleBytes() - 1);
        return true;
    }

    /**
     * The device had no room for a batch of this queue: sends a bundle without jobs away, least recently used first.
     *
     * @return whether there was one
     */
    boolean sendIdleAway(BundleQueue queue) {
        Optional<BundleQueue> idle = there.stream()
                .filter(other -> other != queue && !other.hasJobs())
                .findFirst();
        idle.ifPresent(other -> {
            remove(other);
            remedies++;
        });
        return idle.isPresent();
    }

    /** Least recently used first, until the queue's bundle fits. A bundle larger than everything is brought alone. */
    private List<BundleQueue> leavingFor(BundleQueue queue) {
        if (there.contains(queue)) {
            return List.of();
        }
        long needed = queue.bundleBytes() - (capacity - bytes(there));
        List<BundleQueue> leaving = new ArrayList<>();
        for (BundleQueue oldest : there) {
            if (needed <= 0) {
                break;
            }
            leaving.add(oldest);
            needed -= oldest.bundleBytes();
        }
        return leaving;
    }

    private void remove(BundleQueue queue) {
        there.remove(queue);
        arriving.remove(queue);
        departures.add(queue.bundle());
        queue.startWaiting(clock.nanos());
    }

    private boolean hasHadItsTurn(BundleQueue queue) {
        return !arriving.contains(queue) && isPatienceOver(queue.arrivedNanos());
    }

    private boolean isPatienceOver(long sinceNanos) {
        return clock.nanos() - sinceNanos >= patienceNanos;
    }

    private static long bytes(Collection<BundleQueue> queues) {
        return queues.stream().mapToLong(BundleQueue::bundleBytes).sum();
    }
}
