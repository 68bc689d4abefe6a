package dev.sluice.capacity;

import dev.sluice.request.DurationText;
import java.time.Duration;
import java.util.Locale;

/**
 * What is asked of an installation: that this share of the requests take no longer, from publication to completion.
 *
 * @param share above 0, below 1
 */
public record Target(double share, Duration within) {
    public Target {
        if (!(share > 0 && share < 1) || !within.isPositive()) {
            throw new IllegalArgumentException("no target: " + share + " within " + within);
        }
    }

    boolean metBy(Latencies latencies) {
        return latencies.count() > 0 && latencies.seconds(share) <= within.toNanos() / 1e9;
    }

    /** Requests that may take longer, of so many. */
    long mayMiss(long requests) {
        return requests - Math.max(1, (long) Math.ceil(share * requests));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "p%s=%s", percent(), DurationText.of(within).replace(" ", ""));
    }

    private String percent() {
        double percent = Math.round(share * 1e6) / 1e4;
        return percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent);
    }
}
