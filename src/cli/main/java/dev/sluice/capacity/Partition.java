package dev.sluice.capacity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A partition of the requests' topic: the requests that no worker has taken, and whose it is. */
final class Partition {
    private static final int FEW = 16;

    /** A ring, as there may be millions. */
    private int[] requests = new int[FEW];

    private int first;
    private int size;
    private @Nullable Worker owner;
    private long fetchedFromNanos;

    void add(int request) {
        makeRoom();
        requests[(first + size) & (requests.length - 1)] = request;
        size++;
    }

    /** Puts a request back that a worker left undone: it was published before those that wait. */
    void putBack(int request) {
        makeRoom();
        first = (first - 1) & (requests.length - 1);
        requests[first] = request;
        size++;
    }

    private void makeRoom() {
        if (size == requests.length) {
            int[] larger = Arrays.copyOf(requests, 2 * size);
            for (int i = 0; i < size; i++) {
                larger[i] = requests[(first + i) & (size - 1)];
            }
            requests = larger;
            first = 0;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The oldest that waits. */
    int head() {
        return requests[first];
    }

    int take() {
        int request = requests[first];
        first = (first + 1) & (requests.length - 1);
        size--;
        return request;
    }

    @Nullable
    Worker owner() {
        return owner;
    }

    void give(@Nullable Worker newOwner, long newFetchedFromNanos) {
        owner = newOwner;
        fetchedFromNanos = newFetchedFromNanos;
    }

    boolean fetchedAt(long nanos) {
        return nanos >= fetchedFromNanos;
    }
}
