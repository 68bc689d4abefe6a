package dev.sluice.standalone;

import java.util.ArrayList;
import java.util.List;

/** Loopback ports of a standalone stack; 0 for a free one. */
public record StandalonePorts(int kafka, int registry, int s3, int http) {
    public static final StandalonePorts FREE = new StandalonePorts(0, 0, 0, 0);

    private static final int HIGHEST = 65535;

    /** What is wrong with them; the worker's own is a key of its configuration, and said there. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        check("--kafka-port", kafka, problems);
        check("--registry-port", registry, problems);
        check("--s3-port", s3, problems);
        return problems;
    }

    private static void check(String option, int port, List<String> problems) {
        if (port < 0 || port > HIGHEST) {
            problems.add(option + ": must be a whole number from 0 to " + HIGHEST + ", not " + port);
        }
    }
}
