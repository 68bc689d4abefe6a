package dev.sluice.chaos.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Device time spent and charged, by incarnation. */
final class DeviceTimes {
    private DeviceTimes() {}

    /** Device times of each process that has a meter or a charge. Empty if meters were not read. */
    static List<Verdict.DeviceTime> of(History history) {
        List<Verdict.DeviceTime> times = new ArrayList<>();
        history.meters().ifPresent(readings -> {
            Map<String, Long> charged = new TreeMap<>();
            history.charges().forEach(charge -> charged.merge(charge.process(), charge.deviceNanos(), Long::sum));
            Map<String, Long> spent = new TreeMap<>();
            // A meter is read more than once where it was seen before and after a kill; it only ever grows.
            readings.forEach(reading -> spent.merge(reading.process(), reading.spentNanos(), Math::max));
            charged.keySet().forEach(process -> spent.putIfAbsent(process, 0L));
            spent.forEach((process, nanos) ->
                    times.add(new Verdict.DeviceTime(process, nanos, charged.getOrDefault(process, 0L))));
        });
        return times;
    }
}
