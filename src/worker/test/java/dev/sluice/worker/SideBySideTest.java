package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SideBySideTest {
    @Test
    void looksAtOnePartWhileAnotherIsStillWaitedFor() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);

        List<String> problems = SideBySide.problems(List.of(
                () -> {
                    answered.await();
                    return List.of("s3.endpoint: can't be reached");
                },
                () -> {
                    answered.countDown();
                    return List.of("topics: there is no topic images");
                }));

        assertThat(problems).containsExactly("s3.endpoint: can't be reached", "topics: there is no topic images");
    }

    @Test
    void passesOnWhatNobodyExpected() {
        assertThatThrownBy(() -> SideBySide.problems(List.of(() -> {
                    throw new IllegalArgumentException("a bug");
                })))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a bug");
    }
}
