package dev.sluice.capacity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * When which requests were published, in order. In columns, as a week may have millions. Immutable.
 */
public final class Trace {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final long[] atNanos;
    private final int[] kinds;
    private final List<Ask> asks;
    /** Seconds that each took in the installation where it was recorded; NaN where that isn't known. */
    private final double[] observedSeconds;

    private final long spanNanos;

    private Trace(long[] atNanos, int[] kinds, List<Ask> asks, double[] observedSeconds, long spanNanos) {
        this.atNanos = atNanos;
        this.kinds = kinds;
        this.asks = List.copyOf(asks);
        this.observedSeconds = observedSeconds;
        this.spanNanos = spanNanos;
    }

    public int requests() {
        return atNanos.length;
    }

    /** When it was published, since the trace's beginning. */
    long atNanos(int request) {
        return atNanos[request];
    }

    Ask ask(int request) {
        return asks.get(kinds[request]);
    }

    /** Which of {@link #asks} it asks for. */
    int kind(int request) {
        return kinds[request];
    }

    /** The different things that requests ask for. */
    public List<Ask> asks() {
        return asks;
    }

    /** The time that the trace is of. */
    public Duration span() {
        return Duration.ofNanos(spanNanos);
    }

    public long images() {
        return Arrays.stream(kinds).mapToLong(kind -> asks.get(kind).images()).sum();
    }

    /** The most requests that came within a minute, from whole minute to whole minute. */
    public int busiestMinute() {
        int busiest = 0;
        for (int first = 0; first < atNanos.length; ) {
            long minute = atNanos[first] / MINUTE;
            int next = first;
            while (next < atNanos.length && atNanos[next] / MINUTE == minute) {
                next++;
            }
            busiest = Math.max(busiest, next - first);
            first = next;
        }
        return busiest;
    }

    /** How long requests took where the trace was recorded; without entries where it doesn't say. */
    public Latencies observed() {
        Latencies latencies = new Latencies();
        for (double seconds : observedSeconds) {
            if (!Double.isNaN(seconds)) {
                latencies.add(Math.round(seconds * 1e9));
            }
        }
        return latencies;
    }

    /** The same requests under other guidance. */
    public Trace guided(Guiding guiding) {
        return new Trace(atNanos, kinds, asks.stream().map(guiding::of).toList(), observedSeconds, spanNanos);
    }

    /** Puts a trace together. Confined to one thread. */
    public static final class Builder {
        private final List<Entry> entries = new ArrayList<>();
        private final Map<Ask, Integer> kinds = new HashMap<>();
        private final List<Ask> asks = new ArrayList<>();

        private record Entry(long atNanos, int kind, double observedSeconds) {}

        /**
         * Adds a request, in any order.
         *
         * @param atNanos on any clock
         * @param observedSeconds how long it took, if that is known
         */
        public void add(long atNanos, Ask ask, OptionalDouble observedSeconds) {
            int kind = kinds.computeIfAbsent(ask, added -> {
                asks.add(added);
                return asks.size() - 1;
            });
            entries.add(new Entry(atNanos, kind, observedSeconds.orElse(Double.NaN)));
        }

        /** Whether nothing was added. */
        public boolean isEmpty() {
            return entries.isEmpty();
        }

        /** Builds a trace that lasts from the first request to the last. */
        public Trace build() {
            long first = entries.stream().mapToLong(Entry::atNanos).min().orElse(0);
            long last = entries.stream().mapToLong(Entry::atNanos).max().orElse(0);
            return build(first, last - first);
        }

        /** Builds a trace of the given span. */
        public Trace build(long firstNanos, long spanNanos) {
            entries.sort(Comparator.comparingLong(Entry::atNanos));
            return new Trace(
                    entries.stream()
                            .mapToLong(entry -> entry.atNanos() - firstNanos)
                            .toArray(),
                    entries.stream().mapToInt(Entry::kind).toArray(),
                    asks,
                    entries.stream().mapToDouble(Entry::observedSeconds).toArray(),
                    spanNanos);
        }
    }
}
