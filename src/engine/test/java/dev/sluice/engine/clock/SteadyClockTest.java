package dev.sluice.engine.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteadyClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Wall wall = new Wall();
    private long nanos;
    private final SteadyClock clock = new SteadyClock(wall, () -> nanos);

    @Test
    void goesWithASystemClockThatIsLeftAlone() {
        pass(Duration.ofHours(5));

        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofHours(5)));
    }

    @ParameterizedTest
    @ValueSource(ints = {3600, -3600})
    void followsAStepByAHundredthAtMost(int seconds) {
        clock.instant();
        wall.now = wall.now.plusSeconds(seconds);
        pass(Duration.ofSeconds(100));

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(100 + Integer.signum(seconds)));
    }

    @Test
    void neverGoesBack() {
        Instant before = clock.instant();
        wall.now = wall.now.minusSeconds(86_400);
        for (int i = 0; i < 1000; i++) {
            pass(Duration.ofNanos(i));
            Instant now = clock.instant();
            assertThat(now).isAfterOrEqualTo(before);
            before = now;
        }
    }

    @Test
    void agreesWithTheSystemAgainInTheEnd() {
        wall.now = wall.now.plusSeconds(60);
        for (int minute = 0; minute < 110; minute++) {
            pass(Duration.ofMinutes(1));
            clock.instant();
        }

        assertThat(clock.instant()).isEqualTo(wall.now);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall.now = wall.now.plus(time);
    }

    /** Simulates the machine's calendar, which may be set. */
    private static final class Wall extends Clock {
        private Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
