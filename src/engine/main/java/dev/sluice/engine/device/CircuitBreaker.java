package dev.sluice.engine.device;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.request.Network;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stops calling a bundle that keeps failing. After {@value #FAILURES} failures in a row, of one network or of all
 * together, it opens for a while. Then the next batch of the network that opened it is a trial. Success closes it,
 * failure opens it for twice as long. What other networks manage says nothing about that one. Written by the engine's
 * loop, read by any thread.
 */
public final class CircuitBreaker {
    private static final int FAILURES = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final EngineClock clock;
    /** Failures in a row, of any network: a bundle that can't be loaded fails with all of them. */
    private int failures;

    private final Map<Network, Integer> failuresOfNetwork = new EnumMap<>(Network.class);
    private Duration pause = FIRST_PAUSE;
    /** Whose failure opened it; null while it is closed. */
    private @Nullable Network openedBy;

    private long closedAgainNanos;

    public CircuitBreaker(EngineClock clock) {
        this.clock = clock;
    }

    /** Whether the bundle must not be called now. */
    public synchronized boolean open() {
        return openedBy != null && clock.nanos() - closedAgainNanos < 0;
    }

    public synchronized void succeeded(Network network) {
        failures = 0;
        failuresOfNetwork.remove(network);
        if (openedBy == network) {
            openedBy = null;
            pause = FIRST_PAUSE;
        }
    }

    /** Whether this failure opened it. */
    public synchronized boolean failed(Network network) {
        failures++;
        int ofNetwork = failuresOfNetwork.merge(network, 1, Integer::sum);
        if (Math.max(failures, ofNetwork) < FAILURES) {
            return false;
        }
        if (openedBy != null) {
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
        openedBy = network;
        closedAgainNanos = clock.nanos() + pause.toNanos();
        return true;
    }
}
