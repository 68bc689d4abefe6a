package dev.sluice.log;

import java.util.Locale;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;

/** A configuration that names no appender gets ours: events on standard error. One that does keeps its own. */
final class EventConfiguration extends XmlConfiguration {
    private static final String FORMAT = "SLUICE_LOG_FORMAT";

    private final EventLayout layout = new EventLayout(formatOf(System.getenv(FORMAT)));

    EventConfiguration(LoggerContext context, ConfigurationSource source) {
        super(context, source);
    }

    EventLayout layout() {
        return layout;
    }

    @Override
    protected void doConfigure() {
        super.doConfigure();
        if (getAppenders().isEmpty()) {
            ConsoleAppender stderr = ConsoleAppender.newBuilder()
                    .setName("stderr")
                    .setTarget(ConsoleAppender.Target.SYSTEM_ERR)
                    .setLayout(layout)
                    .setConfiguration(this)
                    .setFilter(new SaidAlready(System::nanoTime))
                    .build();
            stderr.start();
            addAppender(stderr);
            getRootLogger().addAppender(stderr, null, null);
        }
    }

    /** A worker's configuration refuses what is neither; until it is read, this is no place to end. */
    private static LogFormat formatOf(String text) {
        return "json".equals(String.valueOf(text).strip().toLowerCase(Locale.ROOT)) ? LogFormat.JSON : LogFormat.LOGFMT;
    }
}
