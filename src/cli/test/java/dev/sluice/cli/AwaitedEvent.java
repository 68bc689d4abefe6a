package dev.sluice.cli;

import dev.sluice.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/** Waits for an event of a worker. */
public final class AwaitedEvent {
    private static final Duration POLL = Duration.ofMillis(200);

    private AwaitedEvent() {}

    /** The first event of a type. Those that come before it are passed over. */
    public static <T extends SpecificRecord> T of(Class<T> type, EventWatcher events, Duration patience) {
        return of(type, event -> true, events, patience);
    }

    /** The first event of a type that is as wanted. Those that come before it are passed over. */
    public static <T extends SpecificRecord> T of(
            Class<T> type, Predicate<T> wanted, EventWatcher events, Duration patience) {
        List<T> found = new ArrayList<>();
        Waits.atMost(patience).until(() -> {
            events.poll(POLL).stream()
                    .filter(type::isInstance)
                    .map(type::cast)
                    .filter(wanted)
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.getFirst();
    }
}
