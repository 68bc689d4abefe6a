package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.CloudEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Publishes a worker's overhead that no task has published. A worker without tasks has warmed up its device all the
 * same: there are more workers than partitions, or it was stopped before it got any. All charges are one transaction of
 * a producer of its own.
 */
final class DirectCharges {
    static final String TRANSACTIONAL_ID_PREFIX = "sluice-books-";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Map<String, Object> properties;
    private final String topic;

    DirectCharges(StreamSettings settings) {
        properties = new HashMap<>(StreamsProperties.of(settings));
        properties.put(AvroConfig.RETRY_BUDGET_MS, PATIENCE.toMillis());
        topic = settings.topics().costs();
    }

    /**
     * Publishes the charges, all or none.
     *
     * @param process whose charges they are
     * @throws KafkaException if brokers or registry don't take them in time
     */
    void publish(String process, List<CostIncurred> charges) {
        String id = TRANSACTIONAL_ID_PREFIX + process;
        Map<String, Object> config = new HashMap<>(new StreamsConfig(properties).getProducerConfigs(id));
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        try (AvroSerializer<CostIncurred> values = new AvroSerializer<>();
                Producer<String, byte[]> producer =
                        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            values.configure(properties, false);
            producer.initTransactions();
            producer.beginTransaction();
            for (CostIncurred charge : charges) {
                byte[] value = values.serialize(topic, charge);
                ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, charge.getWorker(), value);
                CloudEvent.of(charge).writeTo(record.headers(), Optional.empty());
                // Should it fail, so does the commit.
                Future<RecordMetadata> unused = producer.send(record);
            }
            producer.commitTransaction();
        }
    }
}
