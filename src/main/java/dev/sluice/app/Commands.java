package dev.sluice.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The commands by their names, each made only when it is wanted. */
final class Commands {
    /** The commands, in the order in which the help lists them. */
    private static final Map<String, Supplier<Object>> BY_NAME = byName();

    private Commands() {}

    private static Map<String, Supplier<Object>> byName() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand::new);
        commands.put("standalone", StandaloneCommand::new);
        commands.put("worker", WorkerCommand::new);
        commands.put("config", ConfigCommand::new);
        commands.put("submit", SubmitCommand::new);
        commands.put("get", GetCommand::new);
        commands.put("cancel", CancelCommand::new);
        commands.put("cost", CostCommand::new);
        commands.put("dlq", DlqCommand::new);
        commands.put("schemas", SchemasCommand::new);
        commands.put("partitions", PartitionsCommand::new);
        commands.put("plan", PlanCommand::new);
        commands.put("capacity", CapacityCommand::new);
        commands.put("sweep", SweepCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("chaos", ChaosCommand::new);
        commands.put("rehearse", RehearseCommand::new);
        commands.put("help", CommandLine.HelpCommand::new);
        return commands;
    }

    static List<Object> all() {
        return BY_NAME.values().stream().map(Supplier::get).toList();
    }

    /** The command whose name comes first; empty for help on all of them, and for a name that is none. */
    static Optional<Object> named(String... arguments) {
        return Optional.of(arguments)
                .filter(given -> given.length > 0 && !given[0].equals("help"))
                .map(given -> BY_NAME.get(given[0]))
                .map(Supplier::get);
    }
}
