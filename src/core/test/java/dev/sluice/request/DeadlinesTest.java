package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final Instant MEANT = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void tellsTheTime() {
        assertThat(Deadlines.inWords(MEANT)).isEqualTo("the deadline, 2026-11-30T12:00:00Z,");
    }

    @Test
    void seesMillisecondsThatWereReadAsMicroseconds() {
        assertThat(Deadlines.inWords(ofMicros(MEANT.toEpochMilli())))
                .isEqualTo(
                        "the deadline, 1970-01-21T18:54:00Z (1796040000000 microseconds since 1970; as milliseconds it"
                                + " would be 2026-11-30T12:00:00Z),");
    }

    @Test
    void seesSecondsThatWereReadAsMicroseconds() {
        assertThat(Deadlines.inWords(ofMicros(MEANT.getEpochSecond())))
                .contains("1970-01-01T00:29:56.040Z", "as seconds it would be 2026-11-30T12:00:00Z");
    }

    @Test
    void guessesNothingOfWhatIsBefore1970() {
        assertThat(Deadlines.inWords(Instant.MIN)).isEqualTo("the deadline, " + Instant.MIN + ",");
        assertThat(Deadlines.inWords(Instant.EPOCH)).isEqualTo("the deadline, 1970-01-01T00:00:00Z,");
    }

    private static Instant ofMicros(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
