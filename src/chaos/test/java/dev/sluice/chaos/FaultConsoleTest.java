package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.RequestId;
import dev.sluice.stream.RequestEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultConsoleTest {
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final FaultConsole console = new FaultConsole(answers::add);

    @Test
    void holdsTheThreadOfTheCountedRequestAndNoOther() throws InterruptedException {
        console.obey("arm ENCODED 2");
        assertThat(answers.take()).isEqualTo("ok arm ENCODED 2");

        pass(new RequestEvent.Encoded(new RequestId("first")));
        pass(new RequestEvent.Settling(new RequestId("elsewhere")));
        Thread held =
                Thread.ofPlatform().daemon(true).start(() -> pass(new RequestEvent.Encoded(new RequestId("second"))));

        assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo("at ENCODED second");
        held.interrupt();
        assertThat(held.join(Duration.ofMillis(200))).as("got past the point").isFalse();
        pass(new RequestEvent.Encoded(new RequestId("third")));
    }

    @Test
    void movesTheClockThereAndBack() {
        console.obey("clock 3600");
        Duration ahead =
                Duration.between(Clock.systemUTC().instant(), console.clock().instant());
        console.obey("clock -7200");
        Duration behind =
                Duration.between(console.clock().instant(), Clock.systemUTC().instant());

        assertThat(ahead).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        assertThat(behind).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "arm", "arm NOWHERE 1", "arm POLLED one", "clock", "dance 3"})
    void refusesWhatItDoesNotKnow(String line) {
        console.obey(line);

        assertThat(answers).containsExactly("no " + line);
    }

    private void pass(RequestEvent event) {
        console.failpoints().on(event);
    }
}
