package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import dev.sluice.worker.ConfigKey;
import dev.sluice.worker.ConfigNotes;
import dev.sluice.worker.ConfigPlaces;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.Masking;
import dev.sluice.worker.RenamedKeys;
import dev.sluice.worker.WorkerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice config}: what a worker would run with. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the configuration that a worker would run with: each key, its value, and where that comes"
                    + " from.",
            "",
            "Secrets are masked. Where a worker would not start, it lists every problem and ends with 1."
        })
final class ConfigCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "YAML file. Keys may be nested or dotted.")
    private @Nullable Path file;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private enum Origin {
        DEFAULT,
        FILE,
        ENVIRONMENT
    }

    /** A key with what holds for it; the value is masked. */
    private record Setting(String name, String value, Origin origin) {}

    @Override
    public Integer call() {
        Map<String, String> fromFile = file == null ? Map.of() : ConfigSource.file(file);
        Map<String, String> fromEnvironment = ConfigSource.environment(System.getenv(), fromFile);
        List<Setting> settings = settings(RenamedKeys.renamed(fromFile), RenamedKeys.renamed(fromEnvironment));
        Map<String, String> values = RenamedKeys.merged(fromFile, fromEnvironment);
        List<String> problems = WorkerConfig.draft(values, ConfigPlaces.of(Optional.ofNullable(file), fromEnvironment))
                .problems();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(settings, problems));
        } else {
            Table table = Table.ofWords(2, List.of("key", "from", "value"));
            settings.forEach(setting -> table.row(
                    List.of(setting.name(), setting.origin().name().toLowerCase(Locale.ROOT), setting.value())));
            table.print(out, Paragraph.width(System.getenv()));
            ConfigNotes.of(values, System.getenv()).forEach(spec.commandLine().getErr()::println);
            RenamedKeys.notes(fromFile, fromEnvironment)
                    .forEach(spec.commandLine().getErr()::println);
            problems.forEach(spec.commandLine().getErr()::println);
        }
        return problems.isEmpty() ? 0 : 1;
    }

    private static List<Setting> settings(Map<String, String> fromFile, Map<String, String> fromEnvironment) {
        Map<String, String> defaults = new HashMap<>();
        ConfigKey.ALL.forEach(key -> defaults.put(key.name(), key.fallback().orElse("")));
        TreeSet<String> names = new TreeSet<>(defaults.keySet());
        names.addAll(fromFile.keySet());
        names.addAll(fromEnvironment.keySet());
        List<Setting> settings = new ArrayList<>();
        for (String name : names) {
            Origin origin = fromEnvironment.containsKey(name)
                    ? Origin.ENVIRONMENT
                    : fromFile.containsKey(name) ? Origin.FILE : Origin.DEFAULT;
            String value = switch (origin) {
                case ENVIRONMENT -> fromEnvironment.getOrDefault(name, "");
                case FILE -> fromFile.getOrDefault(name, "");
                case DEFAULT -> defaults.getOrDefault(name, "");
            };
            settings.add(new Setting(name, Masking.masked(name, value), origin));
        }
        return settings;
    }

    private static ObjectNode asJson(List<Setting> settings, List<String> problems) {
        ObjectNode root = new JsonMapper().createObjectNode();
        settings.forEach(setting -> root.withArray("settings")
                .addObject()
                .put("name", setting.name())
                .put("value", setting.value())
                .put("origin", setting.origin().name().toLowerCase(Locale.ROOT)));
        problems.forEach(root.putArray("problems")::add);
        return root;
    }
}
