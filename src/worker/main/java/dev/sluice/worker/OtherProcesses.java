package dev.sluice.worker;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

/** What other processes take of the processors, between two looks. Confined to one thread. */
public interface OtherProcesses {
    /** Begins anew. */
    void watch();

    /** Says in words that they held this process up since then. Empty if there was room for all. */
    Optional<String> inTheWay();

    /** Nobody looks: batches on a GPU hardly need a processor. */
    OtherProcesses UNWATCHED = new OtherProcesses() {
        @Override
        public void watch() {}

        @Override
        public Optional<String> inTheWay() {
            return Optional.empty();
        }
    };

    /** Other processes that compete with batches on this device. */
    static OtherProcesses beside(DeviceChoice device) {
        return switch (device) {
            case DeviceChoice.Cpu cpu -> new OnProcessors();
            case DeviceChoice.Gpu gpu -> UNWATCHED;
        };
    }

    /** Uses the operating system's counts, within the limits of a container. */
    final class OnProcessors implements OtherProcesses {
        /** Processors that are no busier than this have room for one more thread. */
        private static final double FULL = 0.9;

        private static final double MUCH = 0.1;

        private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

        private OnProcessors() {}

        @Override
        public void watch() {
            // Each tells of the time since it was last asked.
            system.getCpuLoad();
            system.getProcessCpuLoad();
        }

        @Override
        public Optional<String> inTheWay() {
            double all = system.getCpuLoad();
            double others = all - system.getProcessCpuLoad();
            return all >= FULL && others >= MUCH
                    ? Optional.of(String.format(
                            Locale.ROOT,
                            "other processes took %.0f %% of the processors, and nothing was left",
                            100 * others))
                    : Optional.empty();
        }
    }
}
