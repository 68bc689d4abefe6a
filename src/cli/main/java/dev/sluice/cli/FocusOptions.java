package dev.sluice.cli;

import dev.sluice.cost.FocusKey;
import dev.sluice.cost.FocusSettings;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --focus}, before the environment, before {@code focus.*} of {@code --command-config}: who bills whom. */
final class FocusOptions {
    @Option(
            names = "--focus",
            paramLabel = "KEY=VALUE",
            description = "With --format csv: sets what no charge says. Keys: version (1.2 or 1.0), billing-account-id,"
                    + " billing-account-name, provider, publisher, invoice-issuer, service, region-id, region-name,"
                    + " invoice-id. --command-config may set focus.KEY, and the environment SLUICE_FOCUS_KEY. May be"
                    + " repeated.")
    private Map<String, String> focus = new HashMap<>();

    /**
     * The settings in force.
     *
     * @param properties of {@code --command-config}
     * @param environment variables
     * @throws ParameterException where a key or a value can't be
     */
    FocusSettings settings(Map<String, Object> properties, Map<String, String> environment, CommandSpec spec) {
        Map<String, String> all = new HashMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(FocusKey.PREFIX)) {
                all.put(name.substring(FocusKey.PREFIX.length()), value.toString());
            }
        });
        for (FocusKey key : FocusKey.values()) {
            String value = environment.get(key.variable());
            if (value != null) {
                all.put(key.key(), value);
            }
        }
        all.putAll(focus);
        try {
            return FocusSettings.of(all);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--focus: " + e.getMessage());
        }
    }

    /** The properties without those for FOCUS: the Kafka client's and the registry's. */
    static Map<String, Object> without(Map<String, Object> properties) {
        Map<String, Object> own = new HashMap<>(properties);
        own.keySet().removeIf(name -> name.startsWith(FocusKey.PREFIX));
        return own;
    }
}
