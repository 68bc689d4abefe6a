package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Response;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamWorkerConfigTest {
    @ParameterizedTest
    @ValueSource(strings = {"streams", "consumer", "Streams", ""})
    void refusesEveryGroupProtocolButClassic(String protocol) {
        assertThatThrownBy(() -> config(Map.of("group.protocol", protocol)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("group.protocol must be classic");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "CLASSIC"})
    void takesTheClassicGroupProtocol(String protocol) {
        assertThat(config(Map.of("group.protocol", protocol))).containsEntry("group.protocol", protocol);
    }

    @Test
    void keepsItsGuaranteesWhateverThePropertiesSay() {
        Map<String, Object> config = config(Map.of(
                "processing.guarantee", "at_least_once",
                "errors.dead.letter.queue.topic.name", "elsewhere",
                "deserialization.exception.handler", "somebody.Elses",
                "processing.exception.handler", "somebody.Elses",
                "max.task.idle.ms", "1000",
                "application.id", "another",
                "state.dir", "/elsewhere"));

        assertThat(config)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("errors.dead.letter.queue.topic.name", Topics.DEFAULT.deadLetters())
                .containsEntry("deserialization.exception.handler", LogAndFailExceptionHandler.class)
                .containsEntry("processing.exception.handler", UnanswerableRecords.class)
                .containsEntry("processing.exception.handler.global.enabled", true)
                .containsEntry("production.exception.handler", UnsendableRecords.class)
                .containsEntry("max.task.idle.ms", -1L)
                .containsEntry("application.id", "sluice")
                .containsEntry("state.dir", Path.of("state", "stores").toString());
    }

    @Test
    void holdsFewRecordsUnlessToldOtherwise() {
        assertThat(config(Map.of()))
                .containsEntry("auto.offset.reset", "earliest")
                .containsEntry("max.poll.records", 16)
                .containsEntry("buffered.records.per.partition", 16)
                .containsEntry("poll.ms", 50);
        assertThat(config(Map.of("max.poll.records", 4))).containsEntry("max.poll.records", 4);
    }

    @Test
    void waitsForTheRegistryAsLongAsTheGroupWaitsForIt() {
        int silence = new ConsumerConfig(Map.of(
                        "key.deserializer", ByteArrayDeserializer.class,
                        "value.deserializer", ByteArrayDeserializer.class,
                        "bootstrap.servers", "127.0.0.1:1"))
                .getInt("max.poll.interval.ms");

        Duration patience = AvroConfig.of(registry(config(Map.of()))).retryBudget();
        assertThat(patience).isLessThan(Duration.ofMillis(silence)).isGreaterThan(Duration.ofMillis(silence / 2));
        assertThat(AvroConfig.of(registry(config(Map.of(AvroConfig.RETRY_BUDGET_MS, "5"))))
                        .retryBudget())
                .hasMillis(5);
    }

    private static Map<String, Object> registry(Map<String, Object> config) {
        Map<String, Object> with = new HashMap<>(config);
        with.put(AvroConfig.REGISTRY_URL, "http://127.0.0.1:1");
        return with;
    }

    @Test
    void toleratesRecordsWithoutAUsableTimestamp() {
        TimestampExtractor extractor =
                new StreamsConfig(config(Map.of("bootstrap.servers", "127.0.0.1:1"))).defaultTimestampExtractor();
        long before = System.currentTimeMillis();

        assertThat(extractor.extract(recordAt(7), 5)).isEqualTo(7);
        assertThat(extractor.extract(recordAt(-1), 5)).isEqualTo(5);
        assertThat(extractor.extract(recordAt(-1), -1)).isBetween(before, System.currentTimeMillis());
    }

    private static ConsumerRecord<Object, Object> recordAt(long timestamp) {
        return new ConsumerRecord<>(
                "t", 0, 0, timestamp, TimestampType.CREATE_TIME, 0, 0, "k", "v", new RecordHeaders(), Optional.empty());
    }

    @Test
    void failsAtWhatCannotBeSentWithoutALetterAboutIt() {
        ProductionExceptionHandler handler =
                new StreamsConfig(config(Map.of("bootstrap.servers", "127.0.0.1:1"))).productionExceptionHandler();
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("t", new byte[0]);

        Response tooLarge = handler.handleError(null, record, new RecordTooLargeException());

        assertThat(tooLarge.result()).isEqualTo(ProductionExceptionHandler.Result.FAIL);
        assertThat(tooLarge.deadLetterQueueRecords()).isEmpty();
        assertThat(handler.handleError(null, record, new NotLeaderOrFollowerException())
                        .result())
                .isEqualTo(ProductionExceptionHandler.Result.RETRY);
    }

    @Test
    void passesClientPropertiesOn() {
        assertThat(config(Map.of("security.protocol", "SSL", "session.timeout.ms", "6000")))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("session.timeout.ms", "6000");
    }

    @Test
    void isAConfigurationThatStreamsTakes() {
        assertThat(new StreamsConfig(config(Map.of("bootstrap.servers", "127.0.0.1:1")))
                        .getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG))
                .isEqualTo(StreamsConfig.EXACTLY_ONCE_V2);
    }

    private static Map<String, Object> config(Map<String, Object> properties) {
        return StreamsProperties.of(new StreamSettings(
                "sluice",
                Topics.DEFAULT,
                Path.of("state"),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                properties));
    }
}
