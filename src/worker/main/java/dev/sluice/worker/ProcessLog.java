package dev.sluice.worker;

import dev.sluice.log.LogOptions;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a process that serves log as its configuration says, whatever it is that speaks. Called before anything starts. */
public final class ProcessLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLog.class);

    private ProcessLog() {}

    /** Applies from now on. */
    public static void use(LogOptions options) {
        options.use();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> LOG.error("thread_died", failure));
    }

    /** Applies keys of the command line, which override the environment. */
    public static void use(Map<String, String> set) {
        Map<String, String> values = new HashMap<>(ConfigSource.environment(System.getenv(), Map.of()));
        values.putAll(set);
        values.keySet().removeIf(name -> !name.startsWith("log."));
        use(WorkerConfig.draft(values).config().log());
    }
}
