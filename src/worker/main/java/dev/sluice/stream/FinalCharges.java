package dev.sluice.stream;

import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.CostIncurred;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stopping worker's last charges: all that its device did and nobody was charged for. Used by the thread that stops it. */
final class FinalCharges {
    private static final Logger LOG = LoggerFactory.getLogger(FinalCharges.class);

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration PUNCTUATION_PATIENCE = Duration.ofSeconds(5);

    private final StreamSettings settings;
    private final OverheadQueue overhead;
    private final WorkerParts parts;

    FinalCharges(StreamSettings settings, WorkerParts parts) {
        this.settings = settings;
        this.parts = parts;
        overhead = parts.overhead();
    }

    /**
     * Has a task charge it, and charges directly what none does in time.
     *
     * @param hasTasks whether there is a task, asked again and again
     */
    void charge(BooleanSupplier hasTasks) {
        overhead.flush();
        long end = System.nanoTime() + PUNCTUATION_PATIENCE.toNanos();
        while (hasTasks.getAsBoolean() && overhead.any() && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        if (overhead.any()) {
            chargeDirectly();
        }
    }

    private void chargeDirectly() {
        EventEncoder encoder = parts.encoder();
        List<CostIncurred> charges = new ArrayList<>();
        List<OverheadQueue.Lost> lost = new ArrayList<>();
        overhead.take(parts.clock().instant())
                .ifPresent(own -> charges.add(encoder.overhead(own.sequence(), own.usage(), own.start(), own.end())));
        for (Optional<OverheadQueue.Lost> next = overhead.takeLost(); next.isPresent(); next = overhead.takeLost()) {
            lost.add(next.get());
        }
        lost.forEach(other -> charges.add(encoder.lost(other.process(), other.usage(), other.start(), other.end())));
        try {
            new DirectCharges(settings).publish(encoder.process(), charges);
            lost.forEach(other -> other.committed().run());
        } catch (KafkaException e) {
            LOG.warn("books_left_open process={} charges={}", encoder.process(), charges.size(), e);
        }
    }
}
