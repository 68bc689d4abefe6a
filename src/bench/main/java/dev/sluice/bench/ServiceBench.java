package dev.sluice.bench;

import dev.sluice.bench.Figure.Measured;
import dev.sluice.bench.Figure.NotMeasured;
import dev.sluice.model.Bundle;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the worker around the model: its throughput when the model costs nothing, and the memory that it keeps. */
final class ServiceBench {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceBench.class);

    private final Counts counts;
    private final CommandStarts starts;
    private final Consumer<String> progress;

    /**
     * How many requests.
     *
     * @param warmUp before the first round of the throughput
     * @param requests of each round
     * @param first before memory is looked at for the first time
     * @param last before it is looked at for the last time, the first ones included
     */
    record Counts(int warmUp, int requests, int rounds, int first, int last) {}

    ServiceBench(Counts counts, CommandStarts starts, Consumer<String> progress) {
        this.counts = counts;
        this.starts = starts;
        this.progress = progress;
    }

    /**
     * Measures those of its figures that were asked for.
     *
     * @param bundle for the growth, which is to be a real model's
     */
    Map<FigureKind, Figure> measure(Set<FigureKind> asked, Bundle bundle, Runnable prepareThread)
            throws InterruptedException {
        Map<FigureKind, Figure> figures = new EnumMap<>(FigureKind.class);
        if (asked.contains(FigureKind.NULL_MODEL_REQUESTS)) {
            progress.accept("requests through Kafka with a null model, " + counts.warmUp() + " to warm up and "
                    + counts.rounds() + " times " + counts.requests() + " ...");
            figures.put(FigureKind.NULL_MODEL_REQUESTS, attempt(this::throughput));
        }
        if (asked.contains(FigureKind.RSS_GROWTH)) {
            progress.accept("memory after " + counts.first() + " and after " + counts.last() + " requests ...");
            figures.put(FigureKind.RSS_GROWTH, attempt(() -> growth(bundle, prepareThread)));
        }
        if (asked.contains(FigureKind.HELP_SECONDS)) {
            progress.accept("the start of a command, " + counts.rounds() + " times ...");
            figures.put(
                    FigureKind.HELP_SECONDS, attempt(() -> Measured.median(Spread.of(starts.help(counts.rounds())))));
        }
        if (asked.contains(FigureKind.SUBMIT_CPU_SECONDS)) {
            progress.accept("a submit from start to published, " + counts.rounds() + " times ...");
            figures.put(
                    FigureKind.SUBMIT_CPU_SECONDS,
                    attempt(() -> Measured.median(Spread.of(starts.submit(counts.rounds())))));
        }
        return figures;
    }

    private Figure throughput() throws InterruptedException {
        StreamThroughput.Result result =
                StreamThroughput.measure(counts.warmUp(), counts.requests(), counts.rounds(), StreamThroughput.PIXELS);
        String parts = result.cpuMicrosPerRequest().entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(part -> String.format(Locale.ROOT, "%s %.0f", part.getKey(), part.getValue()))
                .collect(Collectors.joining(", "));
        return new Measured(
                result.requestsPerSecond(), Spread.of(result.rounds()), Optional.of("µs of CPU per request: " + parts));
    }

    private Figure growth(Bundle bundle, Runnable prepareThread) throws InterruptedException {
        MemoryGrowth.Result result = MemoryGrowth.measure(bundle, prepareThread, counts.first(), counts.last());
        return Measured.once(
                result.rssGrowthMb(),
                String.format(
                        Locale.ROOT,
                        "from %d to %d requests: heap in use %+.1f MB, outside the heap %+.1f MB, file handles %+d,"
                                + " threads %+d",
                        result.firstRequests(),
                        result.lastRequests(),
                        result.heapGrowthMb(),
                        result.nativeGrowthMb(),
                        result.handleGrowth(),
                        result.threadGrowth()));
    }

    private static Figure attempt(Measurement measurement) throws InterruptedException {
        try {
            return measurement.measure();
        } catch (RuntimeException e) {
            LOG.warn("bench_part_failed", e);
            return new NotMeasured(String.valueOf(e.getMessage()));
        }
    }

    private interface Measurement {
        Figure measure() throws InterruptedException;
    }
}
