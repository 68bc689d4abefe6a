package dev.sluice.metrics;

import java.util.HashSet;
import java.util.Set;

/**
 * Lets the first so many names pass as labels and calls all later ones {@value Labels#OTHER}, so that callers who make names up
 * can't fill a registry. Any thread may ask.
 */
final class BoundedNames {
    private final int most;
    private final Set<String> known = new HashSet<>();

    BoundedNames(int most) {
        this.most = most;
    }

    synchronized String label(String name) {
        if (known.size() < most) {
            known.add(name);
        }
        return known.contains(name) ? name : Labels.OTHER;
    }
}
