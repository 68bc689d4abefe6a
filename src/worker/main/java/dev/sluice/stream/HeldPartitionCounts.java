package dev.sluice.stream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many partitions wait for a schema. Each polling thread reports its consumer's, any thread reads. */
public final class HeldPartitionCounts {
    /**
     * One consumer's.
     *
     * @param held partitions that wait, of any topic
     * @param requests partitions of the request topic that it has
     * @param stuckRequests those of them that have waited for longer than a look-up takes
     */
    record Report(int held, int requests, int stuckRequests) {}

    private final Map<Object, Report> reports = new ConcurrentHashMap<>();

    void report(Object consumer, Report report) {
        reports.put(consumer, report);
    }

    void closed(Object consumer) {
        reports.remove(consumer);
    }

    /** Partitions that wait for a schema now. */
    public int held() {
        return reports.values().stream().mapToInt(Report::held).sum();
    }

    /** Whether the worker has requests' partitions, and not one of them that it can take requests from. */
    public boolean allRequestsStuck() {
        int requests = 0;
        int stuck = 0;
        for (Report report : reports.values()) {
            requests += report.requests();
            stuck += report.stuckRequests();
        }
        return requests > 0 && stuck >= requests;
    }
}
