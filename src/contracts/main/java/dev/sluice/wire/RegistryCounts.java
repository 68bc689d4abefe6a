package dev.sluice.wire;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often a registry was asked, and how often in vain. Any thread may count and read. */
public final class RegistryCounts {
    /** A key of the configuration that Kafka hands to its serializers. */
    public static final String KEY = "sluice.registry.counts";

    private final LongAdder calls = new LongAdder();
    private final LongAdder unanswered = new LongAdder();

    /** The counts that the configuration names, or others that nobody reads. */
    static RegistryCounts in(Map<String, ?> configs) {
        return configs.get(KEY) instanceof RegistryCounts counts ? counts : new RegistryCounts();
    }

    /** Calls that no cache could answer, repeated ones too. */
    public long calls() {
        return calls.sum();
    }

    /** Calls that no address of the registry answered. */
    public long unanswered() {
        return unanswered.sum();
    }

    void called() {
        calls.increment();
    }

    void notAnswered() {
        unanswered.increment();
    }
}
