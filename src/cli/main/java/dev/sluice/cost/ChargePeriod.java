package dev.sluice.cost;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long the charge period of a FOCUS row is, in UTC. A charge belongs to the period that it starts in, as it has the price
 * of its start. No period spans two months, so none spans two billing periods.
 */
enum ChargePeriod {
    HOUR,
    DAY,
    MONTH;

    /** The dimension that groups by it. */
    Dimension dimension() {
        return Dimension.parse(name().toLowerCase(Locale.ROOT));
    }

    /** The shortest of those asked for; a day where none is. */
    static ChargePeriod of(List<Dimension> asked) {
        return Arrays.stream(values())
                .filter(period -> period.isAmong(asked))
                .findFirst()
                .orElse(DAY);
    }

    static boolean isTime(Dimension dimension) {
        return Arrays.stream(values()).anyMatch(period -> period.isAmong(List.of(dimension)));
    }

    private boolean isAmong(List<Dimension> dimensions) {
        return dimensions.stream()
                .anyMatch(each -> each.name().equals(dimension().name()));
    }

    /** @param value the dimension's */
    Instant start(String value) {
        return switch (this) {
            case HOUR -> Instant.parse(value);
            case DAY -> LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
            case MONTH -> start(YearMonth.parse(value));
        };
    }

    /** The first moment after the period that starts then. */
    Instant end(Instant start) {
        return switch (this) {
            case HOUR -> start.plus(1, ChronoUnit.HOURS);
            case DAY -> start.plus(1, ChronoUnit.DAYS);
            case MONTH -> start(monthOf(start).plusMonths(1));
        };
    }

    static YearMonth monthOf(Instant moment) {
        return YearMonth.from(moment.atOffset(ZoneOffset.UTC));
    }

    static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
