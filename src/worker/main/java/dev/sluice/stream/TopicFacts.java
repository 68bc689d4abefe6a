package dev.sluice.stream;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What the brokers tell of a topic.
 *
 * @param replicas of the partition that has the fewest
 * @param allowed what this client may do there; nothing where the brokers don't say
 * @param settings by their names; none where the brokers don't say
 */
record TopicFacts(int partitions, int replicas, Optional<Set<AclOperation>> allowed, Map<String, String> settings) {
    TopicFacts {
        // A broker that can't tell may answer with an empty set, although it has just let the client describe the
        // topic.
        allowed = allowed.map(Set::copyOf)
                .filter(known -> known.contains(AclOperation.DESCRIBE) || known.contains(AclOperation.ALL));
        settings = Map.copyOf(settings);
    }

    boolean allows(AclOperation operation) {
        return allowed.map(known -> known.contains(operation) || known.contains(AclOperation.ALL))
                .orElse(true);
    }

    Optional<Long> number(String setting) {
        return Optional.ofNullable(settings.get(setting)).map(Long::valueOf);
    }

    /** Whether a list of values has this one; not where the brokers don't say. */
    boolean has(String setting, String value) {
        String values = settings.get(setting);
        return values != null
                && Stream.of(values.split(",", -1)).map(String::strip).anyMatch(value::equals);
    }

    TopicFacts with(Map<String, String> told) {
        return new TopicFacts(partitions, replicas, allowed, told);
    }
}
