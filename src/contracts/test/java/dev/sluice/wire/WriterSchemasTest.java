package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.UndecodableException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriterSchemasTest {
    private static final Schema SCHEMA = Schema.create(Schema.Type.STRING);
    private static final int KNOWN = 1;
    private static final int ASKED = 7;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Due(long atNanos, Runnable action) {}

    private final Map<Integer, Supplier<Schema>> answers = new HashMap<>();
    private final List<Due> due = new ArrayList<>();
    private final List<Integer> asked = new ArrayList<>();
    private boolean responds = true;
    private long now;

    private final WriterSchemas schemas = new WriterSchemas(
            new SimulatedRegistry(),
            () -> responds,
            AvroConfig.of(Map.of("schema.registry.url", "http://127.0.0.1:1")),
            (delay, action) -> due.add(new Due(now + delay.toNanos(), action)),
            () -> now,
            () -> {});

    @Test
    void knowsASchemaOnceTheRegistryHasAnswered() {
        answers.put(ASKED, () -> SCHEMA);

        assertThat(schemas.awaited(ConfluentWireFormat.header(ASKED))).isEqualTo(OptionalInt.of(ASKED));
        pass(Duration.ZERO);

        assertThat(schemas.awaited(ConfluentWireFormat.header(ASKED))).isEmpty();
        assertThat(schemas.schemaOf(ASKED)).isEqualTo(SCHEMA);
        assertThat(asked).containsExactly(ASKED);
    }

    @Test
    void letsNobodyWaitForWhatIsNoRecord() {
        assertThat(schemas.awaited(null)).isEmpty();
        assertThat(schemas.awaited(new byte[0])).isEmpty();
        assertThat(schemas.awaited(new byte[] {0, 1, 2, 3})).isEmpty();
        assertThat(schemas.awaited(new byte[] {1, 0, 0, 0, 7})).isEmpty();
        assertThat(schemas.awaited(new byte[300_000])).isEmpty();
        assertThat(due).isEmpty();
    }

    @Test
    void takesUnknownForNotYet() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        assertThat(schemas.answered(ASKED)).isFalse();
        pass(Duration.ofSeconds(3));
        assertThat(schemas.answered(ASKED)).isFalse();

        answers.put(ASKED, () -> SCHEMA);
        pass(Duration.ofSeconds(5));

        assertThat(schemas.schemaOf(ASKED)).isEqualTo(SCHEMA);
    }

    @Test
    void believesUnknownOnceItHasPersisted() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.minusSeconds(1));
        assertThat(schemas.answered(ASKED)).isFalse();

        pass(Duration.ofSeconds(2));

        assertThat(schemas.answered(ASKED)).isTrue();
        assertThatThrownBy(() -> schemas.schemaOf(ASKED)).isInstanceOf(UnknownSchemaException.class);
    }

    @Test
    void doesNotBelieveUnknownOfARegistryThatHasForgottenWhatItKnew() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        answers.put(KNOWN, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.multipliedBy(3));
        assertThat(schemas.answered(ASKED)).isFalse();

        // The patience begins when it answers rightly.
        answers.put(KNOWN, () -> SCHEMA);
        pass(PATIENCE.minusSeconds(1));
        assertThat(schemas.answered(ASKED)).isFalse();
        pass(Duration.ofSeconds(10));
        assertThat(schemas.answered(ASKED)).isTrue();
    }

    @Test
    void refusesWhatARegistryThatAnswersOthersDoesNotAnswer() {
        learn();
        RegistryAnswer forbidden = new RegistryAnswer(403, 40301, "denied");
        answers.put(ASKED, () -> {
            throw new UnexpectedAnswerException("http://r/schemas/ids/7", forbidden);
        });
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));

        assertThatThrownBy(() -> schemas.schemaOf(ASKED))
                .isInstanceOfSatisfying(UnansweredSchemaException.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.UNANSWERED_SCHEMA);
                    assertThat(refusal.answer()).contains(forbidden);
                })
                .hasMessageContaining("http://r/schemas/ids/7 answered 403 (error code 40301): denied");
    }

    @Test
    void refusesAnIdForWhichAloneThereIsSilence() {
        learn();
        answers.put(ASKED, WriterSchemasTest::away);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));

        assertThatThrownBy(() -> schemas.schemaOf(ASKED))
                .isInstanceOfSatisfying(
                        UnansweredSchemaException.class,
                        refusal -> assertThat(refusal.answer()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsForARegistryThatIsAwayForAsLongAsItIs(boolean hasKnownOthers) {
        if (hasKnownOthers) {
            learn();
        }
        answers.put(KNOWN, WriterSchemasTest::away);
        answers.put(ASKED, WriterSchemasTest::away);
        responds = false;
        schemas.answered(ASKED);
        pass(Duration.ofHours(5));
        assertThat(schemas.answered(ASKED)).isFalse();

        answers.put(ASKED, () -> SCHEMA);
        pass(Duration.ofSeconds(5));
        assertThat(schemas.answered(ASKED)).isTrue();
    }

    @Test
    void asksAnythingElseWhereItHasNotLearntASchemaYet() {
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));

        assertThatThrownBy(() -> schemas.schemaOf(ASKED)).isInstanceOf(UnknownSchemaException.class);
    }

    @Test
    void spendsItsPatienceOnceForARefusalThatIsConfirmed() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));
        int before = asked.size();

        for (int i = 0; i < 1000; i++) {
            if (!schemas.answered(ASKED)) {
                pass(Duration.ZERO);
                assertThat(schemas.answered(ASKED)).isTrue();
            }
            pass(Duration.ofSeconds(1));
        }
        assertThat(asked.size() - before).isLessThan(250);
    }

    @Test
    void letsNoRecordDieOfAnOldRefusalWhoseSchemaHasCome() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));
        answers.put(ASKED, () -> SCHEMA);
        pass(WriterSchemas.BELIEVED);

        assertThat(schemas.answered(ASKED)).isFalse();
        pass(Duration.ZERO);

        assertThat(schemas.answered(ASKED)).isTrue();
        assertThat(schemas.schemaOf(ASKED)).isEqualTo(SCHEMA);
    }

    @Test
    void waitsForARegistryThatHasGoneAwaySinceItRefused() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));
        answers.put(KNOWN, WriterSchemasTest::away);
        answers.put(ASKED, WriterSchemasTest::away);
        pass(WriterSchemas.BELIEVED);
        int before = asked.size();

        for (int i = 0; i < 100; i++) {
            assertThat(schemas.answered(ASKED)).isFalse();
            pass(Duration.ofSeconds(1));
        }
        assertThat(asked.size() - before).isLessThan(100);
    }

    @Test
    void forgetsARefusalThatNobodyMetForLong() {
        learn();
        answers.put(ASKED, WriterSchemasTest::unknown);
        schemas.answered(ASKED);
        pass(PATIENCE.plusSeconds(1));
        pass(WriterSchemas.REMEMBERED.plusSeconds(1));

        assertThat(schemas.answered(ASKED)).isFalse();
        // A record that was let through before still finds its answer.
        assertThatThrownBy(() -> schemas.schemaOf(ASKED)).isInstanceOf(UnknownSchemaException.class);
    }

    @Test
    void poisonDoesNotDriveSoundSchemasOut() {
        learn();
        for (int id = 100; id < 5_000; id++) {
            answers.put(id, () -> {
                throw new UndecodableException(Reason.UNREADABLE_SCHEMA, "no");
            });
            schemas.answered(id);
            pass(Duration.ZERO);
        }

        assertThat(schemas.answered(KNOWN)).isTrue();
        assertThat(asked).contains(4_999).doesNotHaveDuplicates();
    }

    @Test
    void asksForABoundedNumberAtOnce() {
        for (int id = 100; id < 5_000; id++) {
            answers.put(id, WriterSchemasTest::unknown);
            schemas.answered(id);
        }

        assertThat(due).hasSizeLessThan(100);
    }

    /** Karapace says so while it reads its topic. */
    @Test
    void waitsForARealRegistryThatSaysUnknownForThreeSeconds() throws Exception {
        long start = System.nanoTime();
        long reading = Duration.ofSeconds(3).toNanos();
        try (var server = new StubRegistryServer(
                        asked -> asked.path().equals("/schemas/types") || System.nanoTime() - start > reading
                                ? StubRegistryServer.Reply.json(200, "{\"schema\": \"\\\"string\\\"\"}")
                                : StubRegistryServer.Reply.json(404, "{\"error_code\": 40403}"));
                WriterSchemas real = WriterSchemas.of(
                        AvroConfig.of(Map.of(AvroConfig.REGISTRY_URL, server.address())), new RegistryCounts())) {
            assertThat(real.awaited(ConfluentWireFormat.header(ASKED))).isPresent();

            assertThat(real.schemaOf(ASKED)).isEqualTo(SCHEMA);
            assertThat(System.nanoTime() - start).isGreaterThan(reading);
            assertThat(real.awaited(ConfluentWireFormat.header(ASKED))).isEmpty();
        }
    }

    private void learn() {
        answers.put(KNOWN, () -> SCHEMA);
        schemas.answered(KNOWN);
        pass(Duration.ZERO);
    }

    /** Lets time pass, and what falls due in it happen. */
    private void pass(Duration time) {
        long end = now + time.toNanos();
        while (true) {
            Due next = due.stream().min(Comparator.comparingLong(Due::atNanos)).orElse(null);
            if (next == null || next.atNanos() > end) {
                now = end;
                return;
            }
            due.remove(next);
            now = Math.max(now, next.atNanos());
            next.action().run();
        }
    }

    private static Schema unknown() {
        throw new UnknownSchemaException(ASKED);
    }

    private static Schema away() {
        throw new RegistryUnavailableException("the simulated registry is out of reach");
    }

    private final class SimulatedRegistry implements SchemaRegistry {
        @Override
        public int register(String subject, Schema schema) {
            throw new AssertionError("nothing is registered here");
        }

        @Override
        public int idOf(String subject, Schema schema) {
            throw new AssertionError("nothing is looked up here");
        }

        @Override
        public Schema schemaOf(int id) {
            asked.add(id);
            return answers.getOrDefault(id, WriterSchemasTest::unknown).get();
        }
    }
}
