package dev.sluice.capacity;

/**
 * How long requests took, counted in buckets so narrow that a quantile is right to a thousandth, whatever its size. Confined
 * to one thread.
 */
public final class Latencies {
    private static final int BITS = 10;
    private static final int BUCKETS = 1 << BITS;

    private final long[] counts = new long[BUCKETS * (Long.SIZE - BITS)];
    private long count;
    private long longestNanos;
    private double sumNanos;

    void add(long nanos) {
        counts[bucket(nanos)]++;
        count++;
        sumNanos += nanos;
        longestNanos = Math.max(longestNanos, nanos);
    }

    public long count() {
        return count;
    }

    /** The mean in seconds, or NaN if there are none. */
    double meanSeconds() {
        return count == 0 ? Double.NaN : sumNanos / count / 1e9;
    }

    /** The time that this share of the requests took at most, in seconds; NaN where there are none. */
    public double seconds(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long passed = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            passed += counts[bucket];
            if (passed >= rank) {
                return Math.min((double) longestNanos, middleNanos(bucket)) / 1e9;
            }
        }
        return longestNanos / 1e9;
    }

    private static int bucket(long nanos) {
        long value = Math.max(0, nanos);
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - BITS);
        return shift == 0 ? (int) value : (shift * BUCKETS + (int) (value >>> shift));
    }

    private static double middleNanos(int bucket) {
        int shift = bucket / BUCKETS;
        long low = (long) (bucket % BUCKETS) << shift;
        return shift == 0 ? low : low + (1L << shift) / 2.0;
    }
}
