package dev.sluice.stream;

import dev.sluice.wire.TopicReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Finds the entries of the request stores that lie on another partition than their id's home, as the changelogs have them committed.
 * Holds pending entries and misplaced settled ones in memory, a few hundred bytes each. Confined to one thread.
 */
final class RequestStoreMoves {
    /** Streams appends an entry's time and a sequence number to the key of a window store. */
    private static final int WINDOW_SUFFIX_BYTES = Long.BYTES + Integer.BYTES;

    private final Map<String, Object> clients;
    private final int homes;

    /** Looks at where ids live among this many partitions. */
    RequestStoreMoves(Map<String, Object> clients, int homes) {
        this.clients = Map.copyOf(clients);
        this.homes = homes;
    }

    /**
     * What changes in a changelog.
     *
     * @param moved entries that are written to their home
     * @param dropped entries whose id has another at its home
     * @param records what to write: entries at their homes with the time that they had, and tombstones where they were
     */
    record Moves(String changelog, int moved, int dropped, List<ProducerRecord<byte[], byte[]>> records) {
        Moves {
            records = List.copyOf(records);
        }

        boolean any() {
            return !records.isEmpty();
        }
    }

    /** One id is pending once. */
    Moves pending(String changelog) {
        Map<Place, ConsumerRecord<byte[], byte[]>> live = live(changelog, UnaryOperator.identity(), true);
        Set<ByteBuffer> taken = new HashSet<>();
        live.keySet().stream().filter(Place::atHome).forEach(place -> taken.add(place.key()));
        return moves(changelog, live, taken);
    }

    /** Entries of one id differ by their time, and each is remembered. */
    Moves settled(String changelog) {
        UnaryOperator<byte[]> id = key -> Arrays.copyOf(key, Math.max(0, key.length - WINDOW_SUFFIX_BYTES));
        return moves(changelog, live(changelog, id, false), new HashSet<>());
    }

    private record Place(ByteBuffer key, int partition, int home) {
        boolean atHome() {
            return partition == home;
        }
    }

    private static Moves moves(
            String changelog, Map<Place, ConsumerRecord<byte[], byte[]>> live, Set<ByteBuffer> taken) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        int moved = 0;
        int dropped = 0;
        List<Map.Entry<Place, ConsumerRecord<byte[], byte[]>>> oldestFirst = new ArrayList<>(live.entrySet());
        oldestFirst.removeIf(entry -> entry.getKey().atHome());
        oldestFirst.sort(Comparator.comparingLong(entry -> entry.getValue().timestamp()));
        for (Map.Entry<Place, ConsumerRecord<byte[], byte[]>> entry : oldestFirst) {
            Place place = entry.getKey();
            ConsumerRecord<byte[], byte[]> found = entry.getValue();
            if (taken.add(place.key())) {
                moved++;
                records.add(new ProducerRecord<>(
                        changelog, place.home(), found.timestamp(), found.key(), found.value(), found.headers()));
            } else {
                dropped++;
            }
            records.add(new ProducerRecord<>(changelog, place.partition(), found.key(), null));
        }
        return new Moves(changelog, moved, dropped, records);
    }

    /** The last value of each key that has one. */
    private Map<Place, ConsumerRecord<byte[], byte[]>> live(
            String changelog, UnaryOperator<byte[]> id, boolean atHomeToo) {
        Map<Place, ConsumerRecord<byte[], byte[]>> live = new LinkedHashMap<>();
        try (TopicReader whole = TopicReader.open(clients, changelog)) {
            whole.seekToBeginning();
            whole.readTo(whole.ends(), record -> {
                if (record.key() == null) {
                    return;
                }
                Place place = new Place(
                        ByteBuffer.wrap(record.key()),
                        record.partition(),
                        HomePartition.of(id.apply(record.key()), homes));
                if (record.value() == null) {
                    live.remove(place);
                } else if (atHomeToo || !place.atHome()) {
                    live.put(place, record);
                }
            });
        }
        return live;
    }
}
