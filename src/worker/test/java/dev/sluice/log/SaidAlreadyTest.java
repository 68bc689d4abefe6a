package dev.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class SaidAlreadyTest {
    private static final String CLIENT = "org.apache.kafka.clients.NetworkClient";

    private long now;
    private final SaidAlready filter = new SaidAlready(() -> now);

    @Test
    void aClientsLineIsLoggedOnceAMinute() {
        assertThat(isLogged(CLIENT, "[id-1] connection to node -1 could not be established"))
                .isTrue();
        assertThat(isLogged(CLIENT, "[id-2] connection to node -1 could not be established"))
                .isFalse();
        assertThat(isLogged(CLIENT, "[id-1] something else")).isTrue();

        now += Duration.ofSeconds(61).toNanos();
        assertThat(isLogged(CLIENT, "[id-3] connection to node -1 could not be established"))
                .isTrue();
    }

    @Test
    void ourOwnEventsAreNeverLeftOut() {
        assertThat(isLogged("dev.sluice.worker.Worker", "worker_draining images_inside=1"))
                .isTrue();
        assertThat(isLogged("dev.sluice.worker.Worker", "worker_draining images_inside=2"))
                .isTrue();
    }

    private boolean isLogged(String logger, String line) {
        return filter.filter(Log4jLogEvent.newBuilder()
                        .setLoggerName(logger)
                        .setLevel(Level.WARN)
                        .setMessage(new SimpleMessage(line))
                        .build())
                != Filter.Result.DENY;
    }
}
