package dev.sluice.stream;

import java.util.List;

/** Names of the topics in which Kafka Streams keeps the request stores, as it makes them from the group's name. */
final class Changelogs {
    private Changelogs() {}

    static String pending(String applicationId) {
        return of(applicationId, RequestStore.PENDING);
    }

    static String settled(String applicationId) {
        return of(applicationId, RequestStore.SETTLED);
    }

    static List<String> all(String applicationId) {
        return List.of(pending(applicationId), settled(applicationId));
    }

    private static String of(String applicationId, String store) {
        return applicationId + "-" + store + "-changelog";
    }
}
