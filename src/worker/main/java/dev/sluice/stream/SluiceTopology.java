package dev.sluice.stream;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.Topics;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology. Requests and cancellations each go through a {@link Router} into one settling processor with its
 * stores. Four topics go out. Requests and cancellations also go out again, for records that are not on their key's
 * partition.
 */
final class SluiceTopology {
    private static final String SETTLING = "settling";
    private static final Serde<byte[]> BYTES = Serdes.ByteArray();

    private SluiceTopology() {}

    /** How records' values are read and written. */
    record ValueSerdes(
            Deserializer<GenerationRequested> requests,
            Deserializer<GenerationCancelled> cancellations,
            Serializer<SpecificRecord> events) {}

    static Topology build(
            StreamSettings settings, WorkerParts parts, WorkerState state, ValueSerdes values, Homes homes) {
        Topics topics = settings.topics();
        Topology topology = new Topology();
        addWayIn(topology, topics.requests(), values.requests(), settings, state, homes, parts.clock());
        addWayIn(topology, topics.cancellations(), values.cancellations(), settings, state, homes, parts.clock());
        topology.addProcessor(
                SETTLING,
                new Settling(settings, parts, state, homes),
                router(topics.requests()),
                router(topics.cancellations()));
        Map<String, String> sinks = Map.of(
                EventSinks.COMPLETIONS, topics.completions(),
                EventSinks.FAILURES, topics.failures(),
                EventSinks.COSTS, topics.costs(),
                EventSinks.PROGRESS, topics.progress());
        sinks.forEach((name, topic) ->
                topology.addSink(name, topic, Serdes.String().serializer(), values.events(), SETTLING));
        return topology;
    }

    /** A source, its router, and the sink that writes to the same topic. */
    private static void addWayIn(
            Topology topology,
            String topic,
            Deserializer<? extends SpecificRecord> values,
            StreamSettings settings,
            WorkerState state,
            Homes homes,
            Clock clock) {
        String router = router(topic);
        String home = "home to " + topic;
        topology.addSource("from " + topic, BYTES.deserializer(), BYTES.deserializer(), topic);
        topology.addProcessor(
                router,
                () -> new Router(values, new Router.Ways(SETTLING, home), settings, state, homes, clock),
                "from " + topic);
        topology.addSink(home, topic, BYTES.serializer(), BYTES.serializer(), new HomePartitioner(homes), router);
    }

    private static String router(String topic) {
        return "route " + topic;
    }

    private record Settling(StreamSettings settings, WorkerParts parts, WorkerState state, Homes homes)
            implements ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> {
        @Override
        public Processor<String, SpecificRecord, String, SpecificRecord> get() {
            return new SettlingProcessor(parts, settings, state, homes);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(
                    Stores.keyValueStoreBuilder(
                            Stores.persistentKeyValueStore(RequestStore.PENDING),
                            Serdes.String(),
                            StateSerdes.pendingRequests()),
                    Stores.timestampedWindowStoreBuilder(
                            Stores.persistentTimestampedWindowStore(
                                    RequestStore.SETTLED,
                                    settings.settle().retention(),
                                    settings.settle().interval(),
                                    false),
                            Serdes.String(),
                            StateSerdes.settledRequests()));
        }
    }
}
