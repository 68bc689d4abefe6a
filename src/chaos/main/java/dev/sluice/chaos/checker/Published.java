package dev.sluice.chaos.checker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The publisher's history by request. Not changed once it is made. */
final class Published {
    private final Map<String, Publication> requests = new LinkedHashMap<>();
    private final Map<String, Set<String>> allowed = new HashMap<>();
    private final Map<String, Integer> expectedDeadLetters = new HashMap<>();
    private final Map<String, Set<String>> twins = new HashMap<>();

    Published(List<Publication> publications) {
        for (Publication publication : publications) {
            String id = publication.id();
            allowed.computeIfAbsent(id, any -> new HashSet<>()).addAll(publication.allowed());
            if (publication.kind() == Publication.Kind.REQUEST) {
                requests.putIfAbsent(id, publication);
                if (!publication.twin().isEmpty()) {
                    twins.computeIfAbsent(publication.twin(), any -> new HashSet<>())
                            .add(id);
                }
            } else if (publication.kind().diesOnce()) {
                expectedDeadLetters.merge(publication.key(), 1, Integer::sum);
            }
        }
    }

    /** The first publication of each request, in their order. */
    Iterable<Publication> requests() {
        return requests.values();
    }

    int requestCount() {
        return requests.size();
    }

    Optional<Publication> request(String id) {
        return Optional.ofNullable(requests.get(id));
    }

    boolean isRequest(String id) {
        return requests.containsKey(id);
    }

    boolean allows(String id, String outcome) {
        return allowed.getOrDefault(id, Set.of()).contains(outcome);
    }

    /** How many records under a key must have become dead letters. */
    Map<String, Integer> expectedDeadLetters() {
        return expectedDeadLetters;
    }

    /** The group that a request's pixels must be equal in, where there is another in it. */
    Optional<String> twinGroup(String id) {
        return request(id)
                .map(Publication::twin)
                .filter(group -> twins.getOrDefault(group, Set.of()).size() > 1);
    }
}
