package dev.sluice.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every fault there is. */
final class Faults {
    static final List<Fault> ALL = Stream.of(
                    WorkerDeaths.all(),
                    WorkerTroubles.all(),
                    BrokerFaults.all(),
                    RegistryFaults.all(),
                    StoreFaults.all(),
                    PublisherFaults.all(),
                    PartitionFaults.all())
            .flatMap(List::stream)
            .toList();

    private Faults() {}

    /**
     * The faults whose names begin with one of {@code prefixes}, or all faults if there are none.
     *
     * @throws IllegalArgumentException naming what is the beginning of no fault's name
     */
    static List<Fault> named(List<String> prefixes) {
        if (prefixes.isEmpty()) {
            return ALL;
        }
        List<Fault> chosen = new ArrayList<>();
        for (String prefix : prefixes) {
            List<Fault> matching = ALL.stream()
                    .filter(fault -> fault.name().startsWith(prefix))
                    .toList();
            if (matching.isEmpty()) {
                throw new IllegalArgumentException("no fault is called " + prefix + "; there are "
                        + String.join(", ", ALL.stream().map(Fault::name).toList()));
            }
            chosen.addAll(matching);
        }
        return chosen.stream().distinct().toList();
    }
}
