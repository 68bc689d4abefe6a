package dev.sluice.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The commands by their names, each made only when it is wanted. Those of modules above this one are known by their classes' names:
 * they are there where their module is, as on a developer's machine, and not in the worker's image.
 */
final class Commands {
    /** The commands, in the order in which the help lists them. */
    private static final Map<String, Supplier<Optional<Object>>> BY_NAME = byName();

    private Commands() {}

    private static Map<String, Supplier<Optional<Object>>> byName() {
        Map<String, Supplier<Optional<Object>>> commands = new LinkedHashMap<>();
        commands.put("demo", where("dev.sluice.standalone.DemoCommand"));
        commands.put("standalone", where("dev.sluice.standalone.StandaloneCommand"));
        commands.put("worker", always(WorkerCommand::new));
        commands.put("config", always(ConfigCommand::new));
        commands.put("submit", always(SubmitCommand::new));
        commands.put("get", always(GetCommand::new));
        commands.put("cancel", always(CancelCommand::new));
        commands.put("cost", always(CostCommand::new));
        commands.put("dlq", always(DlqCommand::new));
        commands.put("schemas", always(SchemasCommand::new));
        commands.put("partitions", always(PartitionsCommand::new));
        commands.put("plan", always(PlanCommand::new));
        commands.put("capacity", always(CapacityCommand::new));
        commands.put("sweep", always(SweepCommand::new));
        commands.put("bench", where("dev.sluice.bench.BenchCommand"));
        commands.put("chaos", where("dev.sluice.chaos.ChaosCommand"));
        commands.put("rehearse", where("dev.sluice.standalone.RehearseCommand"));
        commands.put("help", always(CommandLine.HelpCommand::new));
        return commands;
    }

    private static Supplier<Optional<Object>> always(Supplier<Object> command) {
        return () -> Optional.of(command.get());
    }

    private static Supplier<Optional<Object>> where(String type) {
        return () -> {
            try {
                return Optional.of(Class.forName(type).getConstructor().newInstance());
            } catch (ClassNotFoundException e) {
                return Optional.empty();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type + " is no command", e);
            }
        };
    }

    static List<Object> all() {
        return BY_NAME.values().stream()
                .flatMap(command -> command.get().stream())
                .toList();
    }

    /** The command whose name comes first; empty for help on all of them, and for a name that is none. */
    static Optional<Object> named(String... arguments) {
        return Optional.of(arguments)
                .filter(given -> given.length > 0 && !given[0].equals("help"))
                .map(given -> BY_NAME.get(given[0]))
                .flatMap(Supplier::get);
    }
}
