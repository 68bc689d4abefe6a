package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.SchemaRegistry;
import dev.sluice.wire.SchemaRejectedException;
import dev.sluice.wire.SchemaRejectedException.Reason;
import dev.sluice.wire.Subject;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegistryCheckTest {
    private static final boolean REGISTERS = true;
    private static final Duration AT_ONCE = Duration.ZERO;

    private final RegistryCheck check = new RegistryCheck(new StreamSettings(
            "test",
            Topics.DEFAULT,
            Path.of("state"),
            new SettleSettings(
                    Duration.ofMillis(100), Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofHours(1), 8),
            true,
            RequestLimits.DEFAULT,
            Map.of()));

    @Test
    void registersWhatTheWorkerWrites() throws InterruptedException {
        InMemorySchemaRegistry registry = new InMemorySchemaRegistry();

        assertThat(check.problems(registry, REGISTERS, AT_ONCE)).isEmpty();

        assertThat(check.problems(registry, !REGISTERS, AT_ONCE))
                .as("it is there now")
                .isEmpty();
    }

    @Test
    void namesTheSubjectThatIsMissingWhereTheWorkerMayNotRegisterIt() throws InterruptedException {
        InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
        for (Subject subject : Topics.DEFAULT.written()) {
            if (!subject.name().contains("failures")) {
                registry.register(subject.name(), subject.schema());
            }
        }

        assertThat(check.problems(registry, !REGISTERS, AT_ONCE))
                .isEqualTo(List.of("registry: lacks generation.failures-value (GenerationFailed), and"
                        + " registry.auto-register is false; ./sluice schemas register registers all contracts"));
    }

    @Test
    void believesARegistryThatHasJustStartedOnlyAfterAWhile() throws InterruptedException {
        InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
        Topics.DEFAULT.written().forEach(subject -> registry.register(subject.name(), subject.schema()));
        AtomicInteger asked = new AtomicInteger();
        SchemaRegistry reading = new Answering(() -> {
            if (asked.incrementAndGet() < 6) {
                throw new SchemaRejectedException(Reason.MISSING, "not read yet");
            }
        });

        assertThat(check.problems(reading, !REGISTERS, Duration.ofSeconds(30))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"CREDENTIALS", "FORBIDDEN"})
    void saysOnceThatThePasswordIsWrong(Reason reason) throws InterruptedException {
        SchemaRegistry locked = new Answering(() -> {
            throw new SchemaRejectedException(reason, "it answered 401");
        });

        assertThat(check.problems(locked, REGISTERS, Duration.ofSeconds(30)))
                .hasSize(1)
                .allMatch(problem -> problem.startsWith("registry"));
    }

    @Test
    void saysOfEachSubjectThatItIsIncompatible() throws InterruptedException {
        SchemaRegistry strict = new Answering(() -> {
            throw new SchemaRejectedException(Reason.INCOMPATIBLE, "the schema registry refuses X for s-value: no");
        });

        assertThat(check.problems(strict, REGISTERS, Duration.ofSeconds(30)))
                .hasSize(4)
                .allMatch(problem -> problem.equals("registry: the schema registry refuses X for s-value: no"));
    }

    @Test
    void letsAWorkerStartWhileTheRegistryIsAway() throws InterruptedException {
        InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
        registry.setReachable(false);

        assertThat(check.problems(registry, REGISTERS, Duration.ofSeconds(30))).isEmpty();
        assertThat(check.problems(registry, !REGISTERS, Duration.ofSeconds(30))).isEmpty();
    }

    /** Simulates a registry that says yes, unless it is made to say something else. */
    private record Answering(Runnable answer) implements SchemaRegistry {
        @Override
        public int register(String subject, Schema schema) {
            answer.run();
            return 1;
        }

        @Override
        public int idOf(String subject, Schema schema) {
            return register(subject, schema);
        }

        @Override
        public Schema schemaOf(int id) {
            throw new AssertionError("nobody reads");
        }
    }
}
