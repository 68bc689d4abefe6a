package dev.sluice.cli;

import dev.sluice.cost.CostCheck;
import dev.sluice.engine.metering.MeterFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** The meters in some workers' state directories. Not for a process with a meter of its own among them. */
public final class Meters {
    private final List<Path> stateDirectories;

    /** @throws Main.Failure where a folder isn't there */
    Meters(List<Path> stateDirectories) {
        this.stateDirectories = List.copyOf(stateDirectories);
        for (Path folder : stateDirectories) {
            if (!Files.isDirectory(folder)) {
                throw new Main.Failure("there is no state directory " + folder + "; --state-directory names it");
            }
        }
    }

    /** The earliest start of their processes, or {@code otherwise} if that is earlier. */
    Instant since(Instant otherwise) {
        return readings().stream()
                .map(MeterFile.Reading::startedAt)
                .filter(start -> start.isBefore(otherwise))
                .min(Instant::compareTo)
                .orElse(otherwise);
    }

    /** What they say now, of processes that started before a moment. */
    List<CostCheck.Meter> startedBefore(Instant end) {
        return readings().stream()
                .filter(reading -> reading.startedAt().isBefore(end))
                .map(reading -> new CostCheck.Meter(reading.process(), reading.alive(), reading.spentNanos()))
                .toList();
    }

    private List<MeterFile.Reading> readings() {
        return stateDirectories.stream()
                .flatMap(folder -> MeterFile.readAll(folder).stream())
                .toList();
    }
}
