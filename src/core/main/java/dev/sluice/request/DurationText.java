package dev.sluice.request;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Durations for sentences: {@code 8 ms}, {@code 1.5 s}, {@code 30 min}, {@code 24 h}. */
public final class DurationText {
    private static final Duration MINUTES_FROM = Duration.ofMinutes(2);
    private static final Duration HOURS_FROM = Duration.ofHours(2);

    private DurationText() {}

    /** The duration in the largest unit that suits, with at most three digits after the point. */
    public static String of(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return amount(duration, Duration.ofMillis(1)) + " ms";
        }
        if (duration.compareTo(MINUTES_FROM) < 0) {
            return amount(duration, Duration.ofSeconds(1)) + " s";
        }
        return duration.compareTo(HOURS_FROM) < 0
                ? amount(duration, Duration.ofMinutes(1)) + " min"
                : amount(duration, Duration.ofHours(1)) + " h";
    }

    private static String amount(Duration duration, Duration unit) {
        return nanos(duration)
                .divide(nanos(unit), 3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static BigDecimal nanos(Duration duration) {
        return BigDecimal.valueOf(duration.getSeconds(), -9).add(BigDecimal.valueOf(duration.getNano()));
    }
}
