package dev.sluice.cli;

import java.util.Set;

/**
 * How much is logged beside what a command prints. A command prints its answer, or one sentence if there is none. Log
 * lines of the parts that run inside are for servers. SLUICE_LOG_LEVEL and SLUICE_CLIENT_LOG_LEVEL override all of
 * this.
 */
final class Chatter {
    /** Run everything here, and are looked at while they do. */
    private static final Set<String> STACKS = Set.of("demo", "bench", "plan", "sweep");

    /** Talk to brokers that run elsewhere, and say themselves what became of it. */
    private static final Set<String> CLIENTS =
            Set.of("submit", "get", "cancel", "cost", "dlq", "schemas", "partitions");

    private Chatter() {}

    /** Must be called before anything is logged, since the log's configuration reads these properties once. */
    static void keepDownFor(String... arguments) {
        String command = arguments.length == 0 ? "" : arguments[0];
        if (STACKS.contains(command) || CLIENTS.contains(command)) {
            System.setProperty("sluice.log.level", "WARN");
        }
        if (CLIENTS.contains(command)) {
            System.setProperty("sluice.client.log.level", "OFF");
        }
    }
}
