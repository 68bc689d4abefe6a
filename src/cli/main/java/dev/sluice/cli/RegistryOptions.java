package dev.sluice.cli;

import dev.sluice.stream.StreamSettings;
import dev.sluice.worker.ConfigException;
import dev.sluice.worker.ConfigKey;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.RenamedKeys;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * {@code --config}, {@code --registry} and {@code --command-config}: the registry and the topics of a worker's configuration,
 * or of a standalone's.
 */
final class RegistryOptions {
    private static final String URL = "registry.url";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The worker's YAML file, for registry.* and topics.*; its environment variables hold too.")
    private @Nullable Path file;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description =
                    "Schema registries. Default: those of --config or --command-config, else http://127.0.0.1:8081.")
    private @Nullable String registry;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "Properties of the registry's client, such as basic.auth.user.info.")
    private @Nullable Path commandConfig;

    /**
     * The topics, and how the registry is reached; nothing else of the configuration is looked at.
     *
     * @throws ConfigException listing what is wrong with these
     */
    StreamSettings settings(Map<String, String> environment) {
        Map<String, String> fromFile = file == null ? Map.of() : ConfigSource.file(file);
        Map<String, String> values = RenamedKeys.merged(fromFile, ConfigSource.environment(environment, fromFile));
        Map<String, Object> properties = AddressOptions.properties(commandConfig);
        properties.forEach((name, value) -> values.put(ConfigKey.KAFKA_PROPERTIES + name, value.toString()));
        if (registry != null) {
            values.put(URL, registry);
        } else if (values.getOrDefault(URL, "").isBlank()) {
            values.put(
                    URL,
                    properties
                            .getOrDefault("schema.registry.url", "http://127.0.0.1:8081")
                            .toString());
        }
        WorkerConfig.Draft draft = WorkerConfig.draft(values);
        List<String> problems = draft.problems().stream()
                .filter(problem -> Stream.of("registry", "topics.").anyMatch(problem::startsWith)
                        || problem.contains(": no such key"))
                .toList();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return draft.config().stream();
    }
}
