package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class RetryingSchemaRegistryTest {
    private static final Schema SCHEMA = Schema.create(Schema.Type.STRING);

    private final InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
    private final List<Duration> pauses = new ArrayList<>();
    private long now;

    @Test
    void waitsUntilTheRegistryIsBack() {
        registry.setReachable(false);
        var retrying = retrying(Duration.ofMinutes(1), () -> registry.setReachable(pauses.size() == 8));
        assertThat(retrying.register("s", SCHEMA)).isEqualTo(1);
        assertThat(pauses)
                .extracting(Duration::toMillis)
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
    }

    @Test
    void givesUpWhenItsBudgetIsSpent() {
        registry.setReachable(false);
        var retrying = retrying(Duration.ofSeconds(1), () -> {});
        assertThatThrownBy(() -> retrying.schemaOf(1)).isInstanceOf(RegistryUnavailableException.class);
        assertThat(now).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void doesNotRetryARefusal() {
        assertThatThrownBy(() -> retrying(Duration.ofMinutes(1), () -> {}).schemaOf(99))
                .isInstanceOf(UnknownSchemaException.class);
        assertThat(pauses).isEmpty();
    }

    @Test
    void keepsAnInterruptForItsCaller() {
        registry.setReachable(false);
        var retrying = new RetryingSchemaRegistry(
                registry,
                Duration.ofMinutes(1),
                time -> {
                    throw new InterruptedException();
                },
                () -> now);
        assertThatThrownBy(() -> retrying.schemaOf(1)).isInstanceOf(RegistryUnavailableException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private RetryingSchemaRegistry retrying(Duration budget, Runnable eachPause) {
        return new RetryingSchemaRegistry(
                registry,
                budget,
                time -> {
                    pauses.add(time);
                    now += time.toNanos();
                    eachPause.run();
                },
                () -> now);
    }
}
