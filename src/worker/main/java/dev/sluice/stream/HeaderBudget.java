package dev.sluice.stream;

import org.apache.kafka.common.header.Header;

/** Lets headers through until they take {@value #MAX_BYTES} bytes together. Confined to one thread. */
final class HeaderBudget {
    static final int MAX_BYTES = 32 << 10;
    private static final int LENGTHS_BYTES = 10;

    private int left = MAX_BYTES;
    private int dropped;

    /** Whether a header fits beside those before it; one that doesn't leaves room for others. */
    boolean admits(Header header) {
        byte[] value = header.value();
        // At most three bytes of UTF-8 for each UTF-16 code unit, and two lengths of up to five bytes.
        long size = 3L * header.key().length() + (value == null ? 0 : value.length) + LENGTHS_BYTES;
        if (size > left) {
            dropped++;
            return false;
        }
        left -= (int) size;
        return true;
    }

    /** How many did not fit. */
    int dropped() {
        return dropped;
    }
}
