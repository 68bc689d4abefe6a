package dev.sluice.log;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.LoggerConfig;

/**
 * How the process logs.
 *
 * @param level from which on Sluice's own events are logged
 */
public record LogOptions(LogFormat format, Least level) {
    private static final String OURS = "dev.sluice";

    /** The least level that is logged. */
    public enum Least {
        ERROR,
        WARN,
        INFO,
        DEBUG;

        private Level level() {
            return switch (this) {
                case ERROR -> Level.ERROR;
                case WARN -> Level.WARN;
                case INFO -> Level.INFO;
                case DEBUG -> Level.DEBUG;
            };
        }
    }

    /** Logs so from now on. Does nothing where somebody runs the process with a Log4j configuration of their own. */
    public void use() {
        if (LogManager.getContext(false) instanceof LoggerContext context
                && context.getConfiguration() instanceof EventConfiguration configuration) {
            configuration.layout().use(format);
            LoggerConfig ours = configuration.getLoggerConfig(OURS);
            if (ours.getName().equals(OURS)) {
                ours.setLevel(level.level());
                context.updateLoggers();
            }
            JavaLogging.redirect();
        }
    }
}
