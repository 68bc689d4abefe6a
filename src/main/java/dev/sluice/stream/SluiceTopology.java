package dev.sluice.stream;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.StateSerdes;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The topology: requests and cancellations into one settling processor with its stores, four topics out. */
final class SluiceTopology {
    private static final String SETTLING = "settling";

    private SluiceTopology() {}

    /** How records' values are read and written. */
    record ValueSerdes(
            Deserializer<GenerationRequested> requests,
            Deserializer<GenerationCancelled> cancellations,
            Serializer<SpecificRecord> events) {}

    static Topology build(StreamSettings settings, WorkerParts parts, WorkerState state, ValueSerdes values) {
        Topics topics = settings.topics();
        Topology topology = new Topology();
        Deserializer<String> key = Serdes.String().deserializer();
        topology.addSource("requests", key, values.requests(), topics.requests());
        topology.addSource("cancellations", key, values.cancellations(), topics.cancellations());
        topology.addProcessor(SETTLING, new Settling(settings, parts, state), "requests", "cancellations");
        Map<String, String> sinks = Map.of(
                EventSinks.COMPLETIONS, topics.completions(),
                EventSinks.FAILURES, topics.failures(),
                EventSinks.COSTS, topics.costs(),
                EventSinks.PROGRESS, topics.progress());
        sinks.forEach((name, topic) ->
                topology.addSink(name, topic, Serdes.String().serializer(), values.events(), SETTLING));
        return topology;
    }

    private record Settling(StreamSettings settings, WorkerParts parts, WorkerState state)
            implements ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> {
        @Override
        public Processor<String, SpecificRecord, String, SpecificRecord> get() {
            return new SettlingProcessor(parts, settings, state);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(
                    Stores.keyValueStoreBuilder(
                            Stores.persistentKeyValueStore(Ledger.PENDING),
                            Serdes.String(),
                            StateSerdes.pendingRequests()),
                    Stores.timestampedWindowStoreBuilder(
                            Stores.persistentTimestampedWindowStore(
                                    Ledger.SETTLED,
                                    settings.settle().retention(),
                                    settings.settle().interval(),
                                    false),
                            Serdes.String(),
                            StateSerdes.settledRequests()));
        }
    }
}
