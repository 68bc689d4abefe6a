package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
    private final List<String> closed = new ArrayList<>();
    private final Opened opened = new Opened();

    @Test
    void closesTheLastFirstAndOnce() {
        opened.add(() -> closed.add("bundles"));
        opened.add(() -> closed.add("engine"));
        opened.add(() -> closed.add("stream"));

        opened.close();
        opened.close();

        assertThat(closed).containsExactly("stream", "engine", "bundles");
    }

    @Test
    void onePartThatFailsToCloseKeepsNoOtherOpen() {
        opened.add(() -> closed.add("bundles"));
        opened.add(() -> {
            throw new IllegalStateException("no");
        });
        opened.add(() -> closed.add("stream"));

        opened.close();

        assertThat(closed).containsExactly("stream", "bundles");
    }

    @Test
    void anInterruptWhileClosingIsKeptForTheThread() {
        opened.add(() -> closed.add("bundles"));
        opened.add(() -> {
            throw new InterruptedException();
        });

        opened.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(closed).containsExactly("bundles");
    }
}
