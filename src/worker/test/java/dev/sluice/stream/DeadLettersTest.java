package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of records that nobody can answer, however large they are. */
class DeadLettersTest {
    private static final RequestLimits LIMITS = SimulatedWorker.LIMITS;
    private static final int TEN_MEGABYTES = 10 << 20;
    /** Kafka's usual {@code max.request.size}. */
    private static final int KAFKA_TAKES = 1 << 20;

    @TempDir
    private Path folder;

    private SimulatedWorker worker;

    @BeforeEach
    void start() throws InterruptedException {
        worker = new SimulatedWorker(folder);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void keepsASmallRecordWholeWithEveryHeaderOfKafkaStreams() {
        byte[] value = "not Avro".getBytes(StandardCharsets.UTF_8);
        worker.requestBytes("r-1", value, new RecordHeaders().add("mine", new byte[] {7}));

        TestRecord<String, byte[]> letter = theOne();
        assertThat(letter.key()).isEqualTo("r-1");
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.headers().lastHeader("mine").value()).containsExactly(7);
        assertThat(ours(letter)).containsExactlyInAnyOrder("sluice.dead-letter.reason", "sluice.dead-letter.timestamp");
        assertThat(names(letter).filter(name -> name.startsWith("__streams.errors.")))
                .containsExactlyInAnyOrder(
                        "__streams.errors.exception",
                        "__streams.errors.message",
                        "__streams.errors.stacktrace",
                        "__streams.errors.topic",
                        "__streams.errors.partition",
                        "__streams.errors.offset");
        assertThat(text(letter, "__streams.errors.exception")).endsWith("UndecodableException");
        assertThat(text(letter, "__streams.errors.message")).startsWith("WRONG_MAGIC");
        assertThat(text(letter, "__streams.errors.topic")).isEqualTo(Topics.DEFAULT.requests());
        assertThat(text(letter, "__streams.errors.partition")).isEqualTo("0");
        assertThat(text(letter, "__streams.errors.offset")).isEqualTo("0");
    }

    @Test
    void isWrittenAtTheWorkersTimeAndTellsTheRecordsOwn() {
        Duration age = Duration.ofDays(20_000);
        worker.bytesPublished("undecodable", new byte[] {9}, age);
        worker.bytesPublished("not-its-id", worker.bytesOf(Requests.plain("r-1").build()), age);

        String written = String.valueOf(worker.time.now().minus(age).toEpochMilli());
        assertThat(worker.deadLetters).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.timestamp()).isEqualTo(worker.time.now().toEpochMilli());
            assertThat(text(letter, "sluice.dead-letter.timestamp")).isEqualTo(written);
        });
    }

    @Test
    void namesTheReasonForPrograms() {
        worker.requestBytes("r-1", new byte[] {9, 0, 0, 0, 1, 0}, new RecordHeaders());
        worker.requestBytes("r-1", new byte[] {0, 0, 0, 3, 1, 0}, new RecordHeaders());
        worker.requestBytes("r-1", null, new RecordHeaders());
        worker.request("elsewhere", Requests.plain("r-1").build(), new RecordHeaders());

        assertThat(worker.deadLetters.stream().map(letter -> text(letter, "sluice.dead-letter.reason")))
                .containsExactly("WRONG_MAGIC", "UNKNOWN_SCHEMA", "NO_VALUE", "WRONG_KEY");
    }

    @Test
    void cutsAValueOfTenMegabytesAndSaysWhatItWas() {
        byte[] value = new byte[TEN_MEGABYTES];
        value[0] = 9;
        worker.requestBytes("r-1", value, new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        TestRecord<String, byte[]> letter = theOne();
        assertThat(letter.value()).hasSize(LIMITS.maxDeadLetterBytes()).startsWith(9);
        assertThat(text(letter, "sluice.dead-letter.truncated")).isEqualTo(String.valueOf(TEN_MEGABYTES));
        assertThat(text(letter, "sluice.dead-letter.sha256")).isEqualTo(Digests.sha256(value));
        assertThat(text(letter, "__streams.errors.message")).startsWith("TOO_LONG");
        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
    }

    @Test
    void cutsAKeyOfTenMegabytes() {
        worker.request("k".repeat(TEN_MEGABYTES), Requests.plain("r-1").build(), new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        TestRecord<String, byte[]> letter = theOne();
        assertThat(letter.key()).hasSizeLessThan(KAFKA_TAKES / 16);
        assertThat(text(letter, "sluice.dead-letter.key-truncated")).isEqualTo(String.valueOf(TEN_MEGABYTES));
        assertThat(text(letter, "sluice.dead-letter.key-sha256")).hasSize(64);
        assertThat(names(letter)).doesNotContain("sluice.dead-letter.truncated");
        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
    }

    @Test
    void leavesOutHeadersThatDoNotFitAndThoseThatWouldPassForItsOwn() {
        Headers headers = new RecordHeaders()
                .add("small", new byte[] {1})
                .add("large", new byte[TEN_MEGABYTES])
                .add("n".repeat(TEN_MEGABYTES), null)
                .add("__streams.errors.topic", "forged".getBytes(StandardCharsets.UTF_8))
                .add("sluice.dead-letter.sha256", "forged".getBytes(StandardCharsets.UTF_8));
        worker.requestBytes("r-1", new byte[TEN_MEGABYTES], headers);

        TestRecord<String, byte[]> letter = theOne();
        assertThat(names(letter)).contains("small").doesNotContain("large");
        assertThat(text(letter, "sluice.dead-letter.headers-dropped")).isEqualTo("2");
        assertThat(text(letter, "sluice.dead-letter.sha256")).isNotEqualTo("forged");
        assertThat(names(letter).filter("__streams.errors.topic"::equals)).hasSize(1);
        assertThat(size(letter)).isLessThan(KAFKA_TAKES);
    }

    @Test
    void countsHeadersThatHaveNothingInThem() {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < 260_000; i++) {
            headers.add("", null);
        }
        worker.requestBytes("r-1", new byte[] {9}, headers);

        assertThat(theOne().headers().toArray()).hasSizeLessThan(4_000);
    }

    @Test
    void refusesIdsAndReasonsOverTheirLimit() {
        String id = "x".repeat(LIMITS.maxIdLength() + 1);
        worker.request(Requests.plain(id).build());
        worker.cancel(id, "");
        worker.cancel("r-1", "x".repeat(LIMITS.maxReasonLength() + 1));
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();

        assertThat(worker.deadLetters.stream().map(letter -> text(letter, "__streams.errors.message")))
                .satisfiesExactly(
                        request -> assertThat(request).contains("requestId", "limits.max-id-length"),
                        cancellation -> assertThat(cancellation).contains("requestId", "limits.max-id-length"),
                        reason -> assertThat(reason).contains("reason", "limits.max-reason-length"));
        assertThat(worker.completions).hasSize(1);
    }

    @Test
    void takesNoTraceThatIsNone() {
        Headers headers = new RecordHeaders().add("traceparent", new byte[TEN_MEGABYTES]);
        worker.request("r-1", Requests.plain("r-1").build(), headers);
        worker.settleAll();

        assertThat(worker.completions.getFirst().headers().lastHeader("traceparent"))
                .isNull();
    }

    @Test
    void buildsTheSameFromTheConfigurationAWorkerRunsWith() {
        Map<String, Object> config = StreamsProperties.of(worker.settings);

        assertThat(config)
                .containsEntry("sluice.dead-letter.max.bytes", LIMITS.maxDeadLetterBytes())
                .containsEntry("sluice.avro.max.message.bytes", LIMITS.maxMessageBytes());
    }

    private TestRecord<String, byte[]> theOne() {
        assertThat(worker.deadLetters).hasSize(1);
        return worker.deadLetters.getFirst();
    }

    private static Stream<String> names(TestRecord<String, byte[]> letter) {
        return StreamSupport.stream(letter.headers().spliterator(), false).map(Header::key);
    }

    private static Stream<String> ours(TestRecord<String, byte[]> letter) {
        return names(letter).filter(name -> name.startsWith("sluice."));
    }

    private static String text(TestRecord<String, byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static long size(TestRecord<String, byte[]> letter) {
        long size = letter.key().length() + (long) letter.value().length;
        for (Header header : letter.headers()) {
            size += header.key().length() + header.value().length;
        }
        return size;
    }
}
