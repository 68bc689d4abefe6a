package dev.sluice.log;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.filter.AbstractFilter;

/**
 * Leaves out what Kafka's clients say again and again while brokers are away: a line that differs from one within the last
 * minute in nothing but numbers. Any thread may log.
 */
final class SaidAlready extends AbstractFilter {
    private static final String KAFKAS = "org.apache.kafka.";
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final int MOST_LINES = 1000;

    private final LongSupplier nanos;

    /** When each was last logged. */
    private final Map<String, Long> lines = new ConcurrentHashMap<>();

    /** @param nanos a clock */
    SaidAlready(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public Result filter(LogEvent event) {
        String logger = event.getLoggerName();
        return logger != null && logger.startsWith(KAFKAS) && isSaid(logger, event)
                ? Filter.Result.DENY
                : Filter.Result.NEUTRAL;
    }

    private boolean isSaid(String logger, LogEvent event) {
        long now = nanos.getAsLong();
        String line = logger
                + event.getLevel()
                + NUMBER.matcher(event.getMessage().getFormattedMessage()).replaceAll("#");
        Long said = lines.get(line);
        if (said != null && now - said < FORGOTTEN.toNanos()) {
            return true;
        }
        if (lines.size() >= MOST_LINES) {
            lines.values().removeIf(last -> now - last >= FORGOTTEN.toNanos());
        }
        if (lines.size() < MOST_LINES) {
            lines.put(line, now);
        }
        return false;
    }
}
