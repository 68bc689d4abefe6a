package dev.sluice.engine;

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
 * what it decides happens on the device before the next call.
 */
final class Shelf {
    private final EngineClock clock;
    private final long patienceNanos;
    /** What fits; learned where the device itself says that it is full. */
    private long capacity;
    /** Least recently used first. */
    private final SequencedSet<Lane> there = new LinkedHashSet<>();
    /** Bundles on the device that no batch has been run with since they were loaded. */
    private final Set<Lane> arriving = new HashSet<>();
    /** Bundles that are to leave and were not told yet. */
    private final List<Bundle> departures = new ArrayList<>();

    private long remedies;

    Shelf(EngineSettings settings, EngineClock clock) {
        this.clock = clock;
        patienceNanos = settings.bundlePatience().toNanos();
        capacity = settings.deviceMemory();
    }

    /** How often something was decided against a lack of memory, which calls made ready before know nothing of. */
    long remedies() {
        return remedies;
    }

    /** Whether a lane may make a call now: its bundle is there, or it is time to bring it. */
    boolean admits(Lane lane) {
        List<Lane> busy = leavingFor(lane).stream().filter(Lane::hasJobs).toList();
        return busy.isEmpty()
                || (isPatienceOver(lane.waitingSinceNanos()) && busy.stream().allMatch(this::hasHadItsTurn));
    }

    /** A call of this lane has been made, so its bundle has arrived, where it was on its way. */
    void arrived(Lane lane, long nanos) {
        if (arriving.remove(lane)) {
            lane.arrived(nanos);
        }
    }

    /**
     * Counts a lane's bundle as there and just used.
     *
     * @return the bundles that have to leave before its next call
     */
    List<Bundle> bring(Lane lane) {
        leavingFor(lane).forEach(this::remove);
        if (!there.remove(lane)) {
            arriving.add(lane);
        }
        there.addLast(lane);
        List<Bundle> leaving = List.copyOf(departures);
        departures.clear();
        return leaving;
    }

    /**
     * The device had no room for a lane's bundle: from now on this one beside what is there counts as too much by a byte,
     * so that something leaves before it is tried again. Less than that may well fit.
     *
     * @return whether anything is there that could leave
     */
    boolean shrinkAround(Lane lane) {
        there.remove(lane);
        arriving.remove(lane);
        if (there.isEmpty()) {
            return false;
        }
        remedies++;
        capacity = Math.min(capacity, bytes(there) + lane.bundleBytes() - 1);
        return true;
    }

    /**
     * The device had no room for a call of this lane: sends a bundle without jobs away, least recently used first.
     *
     * @return whether there was one
     */
    boolean sendIdleAway(Lane lane) {
        Optional<Lane> idle = there.stream()
                .filter(other -> other != lane && !other.hasJobs())
                .findFirst();
        idle.ifPresent(other -> {
            remove(other);
            remedies++;
        });
        return idle.isPresent();
    }

    /** Least recently used first, until the lane's bundle fits. A bundle larger than everything is brought alone. */
    private List<Lane> leavingFor(Lane lane) {
        if (there.contains(lane)) {
            return List.of();
        }
        long needed = lane.bundleBytes() - (capacity - bytes(there));
        List<Lane> leaving = new ArrayList<>();
        for (Lane oldest : there) {
            if (needed <= 0) {
                break;
            }
            leaving.add(oldest);
            needed -= oldest.bundleBytes();
        }
        return leaving;
    }

    private void remove(Lane lane) {
        there.remove(lane);
        arriving.remove(lane);
        departures.add(lane.bundle());
        lane.startWaiting(clock.nanos());
    }

    private boolean hasHadItsTurn(Lane lane) {
        return !arriving.contains(lane) && isPatienceOver(lane.arrivedNanos());
    }

    private boolean isPatienceOver(long sinceNanos) {
        return clock.nanos() - sinceNanos >= patienceNanos;
    }

    private static long bytes(Collection<Lane> lanes) {
        return lanes.stream().mapToLong(Lane::bundleBytes).sum();
    }
}
