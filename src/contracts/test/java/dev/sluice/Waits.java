package dev.sluice;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/**
 * How tests wait for a condition. It is asked on the calling thread, since a consumer or a test driver may be asked on no other:
 * at once, soon again, and less and less often.
 */
public final class Waits {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private Waits() {}

    /** Waits no longer than this; what is called on the result says for what. */
    public static ConditionFactory atMost(Duration patience) {
        return Awaitility.with()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval((asked, before) -> next(before))
                .await()
                .atMost(patience);
    }

    /**
     * Waits for a condition.
     *
     * @param state is asked for and told where the condition does not come true
     */
    public static void until(ConditionFactory waiting, Callable<Boolean> condition, Supplier<String> state) {
        try {
            waiting.until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(state.get(), e);
        }
    }

    private static Duration next(Duration before) {
        Duration doubled = before.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled.isZero() ? FIRST_PAUSE : doubled;
    }
}
