package dev.sluice.log;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.logging.log4j.LogManager;

/** Has what logs by {@code java.util.logging}, the JDK's HTTP server among it, end in the same lines. */
final class JavaLogging extends Handler {
    private static final Logger ROOT = Logger.getLogger("");

    private final SimpleFormatter words = new SimpleFormatter();

    private JavaLogging() {}

    /** Takes the place of the present handlers. */
    static void redirect() {
        for (Handler other : ROOT.getHandlers()) {
            ROOT.removeHandler(other);
        }
        ROOT.addHandler(new JavaLogging());
    }

    @Override
    public void publish(LogRecord line) {
        org.apache.logging.log4j.Level level = line.getLevel().intValue() >= Level.SEVERE.intValue()
                ? org.apache.logging.log4j.Level.ERROR
                : line.getLevel().intValue() >= Level.WARNING.intValue()
                        ? org.apache.logging.log4j.Level.WARN
                        : org.apache.logging.log4j.Level.INFO;
        String name = line.getLoggerName();
        LogManager.getLogger(name == null ? "java.util.logging" : name)
                .log(level, "{}", words.formatMessage(line), line.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
