package dev.sluice.chaos;

import dev.sluice.chaos.checker.MeterReading;
import dev.sluice.engine.metering.MeterFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the meters of the workers' processes said last. Guarded by its monitor; read as each process ends. */
final class Meters {
    private final Map<String, Long> spentNanos = new TreeMap<>();

    /** Takes the readings in a worker's state directory, in place of older ones of the same processes. */
    synchronized void read(Path stateDirectory) {
        for (MeterFile.Reading reading : MeterFile.readAll(stateDirectory)) {
            spentNanos.put(reading.process(), reading.spentNanos());
        }
    }

    /** How many processes of a worker are not reckoned with yet, the living one included. */
    static int files(Path stateDirectory) {
        return MeterFile.readAll(stateDirectory).size();
    }

    synchronized boolean any() {
        return !spentNanos.isEmpty();
    }

    synchronized List<MeterReading> readings() {
        return spentNanos.entrySet().stream()
                .map(entry -> new MeterReading(entry.getKey(), entry.getValue()))
                .toList();
    }
}
