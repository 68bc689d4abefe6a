package dev.sluice.worker;

import dev.sluice.text.Nearest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Variables of the environment that look like a key's and are none. One that is near a key's is that key misspelt. Others may be
 * somebody else's: the environment is not ours alone.
 */
final class Variables {
    private static final String PREFIX = "SLUICE_";
    private static final String KAFKA_PROPERTIES = PREFIX + "KAFKA_PROPERTIES_";

    private static final Set<String> KEYS =
            ConfigKey.ALL.stream().map(ConfigKey::variable).collect(Collectors.toUnmodifiableSet());

    private static final Set<String> FORMER_KEYS = ConfigKey.ALL.stream()
            .flatMap(key -> key.formerVariable().stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Read by the launcher, the log and {@code sluice bench}. */
    private static final Set<String> OTHERS =
            Set.of("SLUICE_JAVA_OPTS", "SLUICE_JDK", "SLUICE_PYTHON", "SLUICE_CLIENT_LOG_LEVEL");

    /** Read by {@code sluice cost}, which knows them. */
    private static final String FOCUS = PREFIX + "FOCUS_";

    /** Kubernetes sets these in every pod of a namespace, for each service, such as one that is called sluice. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "SLUICE(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    /** The one among them whose name could be a key's; its value could not. */
    private static final Pattern SERVICE_PORT = Pattern.compile("SLUICE(_[A-Z0-9_]+)?_PORT");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private Variables() {}

    /** Names of those that are a key's but for a letter or two, for the reader to refuse. */
    static List<String> misspelt(Map<String, String> environment) {
        return strange(environment).filter(name -> meant(name).isPresent()).toList();
    }

    /** Names of the others, which do nothing. */
    static List<String> idle(Map<String, String> environment) {
        return strange(environment).filter(name -> meant(name).isEmpty()).toList();
    }

    /** The variable that somebody meant who set one that is {@link #misspelt}. */
    static Optional<String> meant(String name) {
        return Nearest.slipOf(name, KEYS);
    }

    /** What somebody may have meant who set an {@link #idle} one, as the end of a sentence. */
    static String didYouMean(String name) {
        return Nearest.didYouMean(name, KEYS);
    }

    static boolean isVariable(String name) {
        return name.startsWith(PREFIX);
    }

    private static Stream<String> strange(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(variable ->
                        isVariable(variable.getKey()) && !isServiceLink(variable.getKey(), variable.getValue()))
                .map(Map.Entry::getKey)
                .filter(name -> !KEYS.contains(name) && !FORMER_KEYS.contains(name) && !OTHERS.contains(name))
                .filter(name -> !name.startsWith(FOCUS) && !name.startsWith(KAFKA_PROPERTIES))
                .sorted();
    }

    private static boolean isServiceLink(String name, String value) {
        return SERVICE_LINK.matcher(name).matches()
                || (SERVICE_PORT.matcher(name).matches()
                        && SERVICE_ADDRESS.matcher(value).matches());
    }
}
