package dev.sluice.stream;

import dev.sluice.engine.metering.DeadMeter;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.engine.metering.MeterFile.Reading;
import dev.sluice.request.DeviceUsage;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the device time that ended processes of this worker had used and not charged, and has it charged as overhead: what
 * their meter files say, less what the cost topic has for them. Where the topic has charges of this worker that can't be read,
 * nothing is charged, and the next start looks again. A file is deleted once its charge is committed, or once
 * there is nothing to charge. A process that is killed at any point of this leaves the file, and the topic says how far it
 * had come: the next start finds the same difference, or none.
 *
 * <p>A thread of its own reads the topic once, after the start, and ends; until brokers and registry can be reached it
 * tries again. Charges go through {@link OverheadQueue} to whichever task publishes next.
 */
public final class LostDeviceTime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LostDeviceTime.class);

    private final StreamSettings settings;
    private final OverheadQueue overhead;
    private final Clock clock;
    private final List<DeadMeter> dead;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Claims what is there and does nothing yet.
     *
     * @param own the meter file of this process, beside which the others lie
     * @throws UncheckedIOException if the state directory can't be used
     */
    public LostDeviceTime(MeterFile own, StreamSettings settings, OverheadQueue overhead, Clock clock) {
        this.settings = settings;
        this.overhead = overhead;
        this.clock = clock;
        dead = new ArrayList<>(own.claimDead());
        thread =
                Thread.ofPlatform().name("sluice-lost-device-time").daemon(true).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether it has still to find out what was lost. */
    boolean isLooking() {
        return thread.isAlive();
    }

    /** Gives up what is not charged yet; it stays for the next start. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dead.forEach(DeadMeter::close);
    }

    private void run() {
        try {
            while (!closing && !dead.isEmpty()) {
                try {
                    reckon();
                    return;
                } catch (KafkaException e) {
                    LOG.warn("lost_device_time_waits processes={} reason=\"{}\"", dead.size(), e.toString());
                    Thread.sleep(settings.settle().retryPause().plus(Duration.ofMillis(100)));
                }
            }
        } catch (InterruptedException e) {
            LOG.info("lost_device_time_left processes={}", dead.size());
        } catch (RuntimeException e) {
            LOG.error("lost_device_time_failed processes={}", dead.size(), e);
        }
    }

    private void reckon() throws InterruptedException {
        Set<String> processes =
                dead.stream().map(meter -> meter.reading().process()).collect(Collectors.toSet());
        Instant since = dead.stream()
                .map(meter -> meter.reading().startedAt())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        CommittedCharges.Sum sum = new CommittedCharges(settings, () -> closing).of(processes, since, clock.instant());
        dead.forEach(meter -> reckon(meter, sum));
    }

    private void reckon(DeadMeter meter, CommittedCharges.Sum sum) {
        Reading reading = meter.reading();
        DeviceUsage charged = sum.charged().getOrDefault(reading.process(), DeviceUsage.NONE);
        DeviceUsage lost = new DeviceUsage(reading.nanos().minus(charged.nanos()), 0, 0);
        if (lost.nanos().anyNegative()) {
            LOG.error(
                    "device_time_overcharged process={} spent_nanos={} charged_nanos={}",
                    reading.process(),
                    reading.spentNanos(),
                    charged.deviceNanos());
        } else if (lost.deviceNanos() == 0) {
            meter.delete();
        } else if (sum.unread() > 0) {
            // Charged now, it would be charged twice if it is in those.
            LOG.warn(
                    "lost_device_time_left process={} nanos={} reason=\"the registry does not know the schemas of {}"
                            + " charges of this worker; the next start looks again\"",
                    reading.process(),
                    lost.deviceNanos(),
                    sum.unread());
        } else if (sum.completeSince().isAfter(reading.startedAt())) {
            LOG.warn(
                    "lost_device_time_unknown process={} spent_nanos={} reason=\"the cost topic no longer reaches back\"",
                    reading.process(),
                    reading.spentNanos());
            meter.delete();
        } else {
            LOG.info("lost_device_time process={} nanos={}", reading.process(), lost.deviceNanos());
            overhead.lost(new OverheadQueue.Lost(
                    reading.process(), lost, reading.startedAt(), end(meter), () -> delete(meter)));
        }
    }

    /**
     * Deletes the file on a stream thread, which must not fail because of it. If it stays, the next start deletes it,
     * since its charge is committed.
     */
    private static void delete(DeadMeter meter) {
        try {
            meter.delete();
        } catch (UncheckedIOException e) {
            LOG.warn("meter_file_left process={}", meter.reading().process(), e);
        }
    }

    private static Instant end(DeadMeter meter) {
        Instant start = meter.reading().startedAt();
        Instant written = meter.lastWritten();
        return written.isBefore(start) ? start : written;
    }
}
