package dev.sluice.engine.device;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.model.Bundle;
import java.time.Duration;
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
public final class BundleResidency {
    private final EngineClock clock;
    private final long patienceNanos;
    /** What fits; learned where the device itself says that it is full. */
    private long capacity;
    /** Least recently used first. */
    private final SequencedSet<ResidentBundle> there = new LinkedHashSet<>();
    /** Bundles on the device that no batch has been run with since they were loaded. */
    private final Set<ResidentBundle> arriving = new HashSet<>();
    /** Bundles that are to leave and were not told yet. */
    private final List<Bundle> departures = new ArrayList<>();

    private long remedies;

    /**
     * Nothing is on the device yet.
     *
     * @param deviceMemory bytes of bundles that may be there at once
     * @param patience how long a bundle's jobs wait while the bundles there are busy
     */
    public BundleResidency(long deviceMemory, Duration patience, EngineClock clock) {
        this.clock = clock;
        patienceNanos = patience.toNanos();
        capacity = deviceMemory;
    }

    /** How often something was decided against a lack of memory, which batches made ready before know nothing of. */
    public long remedies() {
        return remedies;
    }

    /** Whether a bundle may have a batch now: it is there, or it is time to bring it. */
    public boolean admits(ResidentBundle bundle) {
        List<ResidentBundle> busy =
                leavingFor(bundle).stream().filter(ResidentBundle::hasJobs).toList();
        return busy.isEmpty()
                || (isPatienceOver(bundle.waitingSinceNanos()) && busy.stream().allMatch(this::hasHadItsTurn));
    }

    /** A batch of this bundle has been made, so it has arrived, where it was on its way. */
    public void arrived(ResidentBundle bundle, long nanos) {
        if (arriving.remove(bundle)) {
            bundle.arrived(nanos);
        }
    }

    /**
     * Counts a bundle as there and just used.
     *
     * @return the bundles that have to leave before its next batch
     */
    public List<Bundle> makeRoomFor(ResidentBundle bundle) {
        leavingFor(bundle).forEach(this::remove);
        if (!there.remove(bundle)) {
            arriving.add(bundle);
        }
        there.addLast(bundle);
        List<Bundle> leaving = List.copyOf(departures);
        departures.clear();
        return leaving;
    }

    /**
     * The device had no room for a bundle: from now on this one beside what is there counts as too much by a byte,
     * so that something leaves before it is tried again. Less than that may well fit.
     *
     * @return whether anything is there that could leave
     */
    public boolean shrinkAround(ResidentBundle bundle) {
        there.remove(bundle);
        arriving.remove(bundle);
        if (there.isEmpty()) {
            return false;
        }
        remedies++;
        capacity = Math.min(capacity, bytes(there) + bundle.bytes() - 1);
        return true;
    }

    /**
     * The device had no room for a batch of this bundle: sends a bundle without jobs away, least recently used first.
     *
     * @return whether there was one
     */
    public boolean sendIdleAway(ResidentBundle bundle) {
        Optional<ResidentBundle> idle = there.stream()
                .filter(other -> other != bundle && !other.hasJobs())
                .findFirst();
        idle.ifPresent(other -> {
            remove(other);
            remedies++;
        });
        return idle.isPresent();
    }

    /** Least recently used first, until the bundle fits. A bundle larger than everything is brought alone. */
    private List<ResidentBundle> leavingFor(ResidentBundle bundle) {
        if (there.contains(bundle)) {
            return List.of();
        }
        long needed = bundle.bytes() - (capacity - bytes(there));
        List<ResidentBundle> leaving = new ArrayList<>();
        for (ResidentBundle oldest : there) {
            if (needed <= 0) {
                break;
            }
            leaving.add(oldest);
            needed -= oldest.bytes();
        }
        return leaving;
    }

    private void remove(ResidentBundle bundle) {
        there.remove(bundle);
        arriving.remove(bundle);
        departures.add(bundle.bundle());
        bundle.startWaiting(clock.nanos());
    }

    private boolean hasHadItsTurn(ResidentBundle bundle) {
        return !arriving.contains(bundle) && isPatienceOver(bundle.arrivedNanos());
    }

    private boolean isPatienceOver(long sinceNanos) {
        return clock.nanos() - sinceNanos >= patienceNanos;
    }

    private static long bytes(Collection<ResidentBundle> bundles) {
        return bundles.stream().mapToLong(ResidentBundle::bytes).sum();
    }
}
