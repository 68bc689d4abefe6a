package dev.sluice.request;

import java.time.Instant;

/** A deadline in words, as it was read: a publisher who counts in another unit than the contract's sees that there. */
public final class Deadlines {
    /** Nobody means a day before this. Today in seconds or milliseconds, read as microseconds, is before it. */
    private static final Instant NOBODY_MEANS = Instant.parse("1980-01-01T00:00:00Z");

    /** Today in seconds reads as less than this many microseconds; in milliseconds as more. */
    private static final long MOST_SECONDS = 100_000_000_000L;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int NANOS_PER_MICRO = 1_000;

    private Deadlines() {}

    /** The deadline in words, such as {@code the deadline, 2030-01-31T12:00:00Z,}. */
    public static String inWords(Instant deadline) {
        return "the deadline, " + deadline + hint(deadline) + ",";
    }

    private static String hint(Instant deadline) {
        if (!deadline.isAfter(Instant.EPOCH) || !deadline.isBefore(NOBODY_MEANS)) {
            return "";
        }
        long number = deadline.getEpochSecond() * MICROS_PER_SECOND + deadline.getNano() / NANOS_PER_MICRO;
        return " (" + number + " microseconds since 1970; as "
                + (number < MOST_SECONDS
                        ? "seconds it would be " + Instant.ofEpochSecond(number)
                        : "milliseconds it would be " + Instant.ofEpochMilli(number))
                + ")";
    }
}
