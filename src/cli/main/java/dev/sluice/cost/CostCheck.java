package dev.sluice.cost;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import dev.sluice.request.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether charges add up: each in itself, and all of a process to the device time that it spent. Confined to one thread. */
public final class CostCheck {
    private final Set<String> seen = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Charged> byProcess = new HashMap<>();

    private record Charged(long requestNanos, long overheadNanos) {
        static final Charged NOTHING = new Charged(0, 0);

        static Charged of(CostIncurred charge) {
            return Dimension.isOverhead(charge)
                    ? new Charged(0, charge.getDeviceNanos())
                    : new Charged(charge.getDeviceNanos(), 0);
        }

        Charged plus(Charged other) {
            return new Charged(requestNanos + other.requestNanos, overheadNanos + other.overheadNanos);
        }
    }

    /**
     * What a process's meter says.
     *
     * @param alive whether it was running when the meter was read
     */
    public record Meter(String process, boolean alive, long spentNanos) {}

    public void add(CostIncurred charge) {
        if (!seen.add(charge.getCostId())) {
            problem(charge, "is charged twice");
        }
        long parts = charge.getDenoiserNanos()
                + charge.getGuideNanos()
                + charge.getTextEncoderNanos()
                + charge.getGuideTextEncoderNanos()
                + charge.getUpsamplerNanos()
                + charge.getDecoderNanos();
        if (parts != charge.getDeviceNanos()) {
            problem(charge, "its networks' " + parts + " ns are not its " + charge.getDeviceNanos() + " ns");
        }
        if (charge.getDeviceNanos() < 0 || charge.getListCost().signum() < 0) {
            problem(charge, "is negative");
        }
        if (charge.getConsumedQuantity().compareTo(Price.seconds(charge.getDeviceNanos())) != 0) {
            problem(charge, "ConsumedQuantity is not its device time");
        }
        if (charge.getListCost().compareTo(charge.getListUnitPrice().multiply(charge.getPricingQuantity())) != 0) {
            problem(charge, "ListCost is not ListUnitPrice times PricingQuantity");
        }
        byProcess.merge(charge.getProcess(), Charged.of(charge), Charged::plus);
    }

    /** What is wrong with single charges, a line each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** Processes that have a meter, in the meters' order. */
    public List<DeviceTime> deviceTimes(List<Meter> meters) {
        return meters.stream()
                .map(meter -> {
                    Charged charged = byProcess.getOrDefault(meter.process(), Charged.NOTHING);
                    return new DeviceTime(
                            meter.process(),
                            meter.alive(),
                            meter.spentNanos(),
                            charged.requestNanos(),
                            charged.overheadNanos());
                })
                .toList();
    }

    /** Processes with charges and none of these meters, by name: their successors have settled with them and dropped them. */
    public List<String> unmetered(List<Meter> meters) {
        Set<String> metered = new HashSet<>();
        meters.forEach(meter -> metered.add(meter.process()));
        return byProcess.keySet().stream()
                .filter(process -> !metered.contains(process))
                .sorted()
                .toList();
    }

    private void problem(CostIncurred charge, String what) {
        problems.add(Printable.line(charge.getCostId()) + ": " + what);
    }
}
