package dev.sluice.stream;

import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.SchemaRegistry;
import dev.sluice.wire.SchemaRejectedException;
import dev.sluice.wire.SchemaRejectedException.Reason;
import dev.sluice.wire.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the registry takes what a worker writes: registers its contracts, or looks them up where it may not. A registry that
 * can't be reached passes, for a worker waits for it whenever it is away; one that says no does not.
 */
public final class RegistryCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryCheck.class);

    /** A registry that has just started says of what it has not read yet that it isn't there. */
    private static final Duration READING = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final StreamSettings settings;

    public RegistryCheck(StreamSettings settings) {
        this.settings = settings;
    }

    /**
     * Asks the registry.
     *
     * @return what is wrong, one line for each cause; nothing if all is well, or nobody answers
     * @throws org.apache.kafka.common.config.ConfigException where the settings name no registry that can be asked
     */
    public List<String> problems() throws InterruptedException {
        AvroConfig avro = AvroConfig.of(settings.kafka());
        try (SchemaRegistry registry = avro.connectDirectly()) {
            return problems(registry, avro.autoRegister(), READING);
        }
    }

    /** Asks the given registry. */
    List<String> problems(SchemaRegistry registry, boolean register, Duration reading) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            Map<Reason, List<Refusal>> refusals = new EnumMap<>(Reason.class);
            try {
                for (Subject subject : settings.topics().written()) {
                    ask(registry, register, subject, refusals);
                }
            } catch (RegistryUnavailableException away) {
                LOG.warn("registry_not_checked cause=\"{}\"", away.getMessage());
                return List.of();
            }
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            if (!refusals.containsKey(Reason.MISSING) || passed.plus(PAUSE).compareTo(reading) > 0) {
                return sentences(refusals);
            }
            Thread.sleep(PAUSE);
        }
    }

    private record Refusal(Subject subject, String message) {}

    private static void ask(
            SchemaRegistry registry, boolean register, Subject subject, Map<Reason, List<Refusal>> refusals) {
        try {
            if (register) {
                registry.register(subject.name(), subject.schema());
            } else {
                registry.idOf(subject.name(), subject.schema());
            }
        } catch (SchemaRejectedException e) {
            refusals.computeIfAbsent(e.reason(), reason -> new ArrayList<>())
                    .add(new Refusal(subject, String.valueOf(e.getMessage())));
        }
    }

    private static List<String> sentences(Map<Reason, List<Refusal>> refusals) {
        List<String> sentences = new ArrayList<>();
        refusals.forEach((reason, all) -> {
            switch (reason) {
                case CREDENTIALS ->
                    sentences.add(
                            "registry.user-info: the schema registry takes no such user, password or token (401)");
                case FORBIDDEN ->
                    sentences.add("registry: no permission for " + subjects(all) + " (403); the worker's user must be"
                            + " allowed to register them, or to look them up with registry.auto-register: false");
                case MISSING ->
                    sentences.add("registry: lacks " + subjects(all) + ", and registry.auto-register is false;"
                            + " ./sluice schemas register registers all contracts");
                case INCOMPATIBLE -> all.forEach(refusal -> sentences.add("registry: " + refusal.message()));
            }
        });
        return sentences;
    }

    private static String subjects(List<Refusal> refusals) {
        return refusals.stream().map(refusal -> refusal.subject().toString()).collect(Collectors.joining(", "));
    }
}
