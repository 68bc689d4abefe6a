package dev.sluice.bench;

import dev.sluice.bench.Figure.Measured;
import dev.sluice.bench.Figure.NotMeasured;
import dev.sluice.request.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures what was asked for on one bundle, part after part. */
final class ModelBench {
    private static final Logger LOG = LoggerFactory.getLogger(ModelBench.class);

    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final int[] CALL_ROWS = {64, 32, 16, 8};
    private static final int[] DIVISORS = {2, 5, 10, 25};

    private final Stand stand;
    private final Set<FigureKind> asked;
    private final Duration partBudget;
    private final Map<FigureKind, Figure> figures = new EnumMap<>(FigureKind.class);
    private final List<String> notes = new ArrayList<>();
    private List<ScheduleRatios.Row> ratios = List.of();
    private Optional<Figure> withGuide = Optional.empty();

    /**
     * Prepares.
     *
     * @param partBudget how long the engine's share of a part may take; what takes longer is made smaller, and noted
     */
    ModelBench(Stand stand, Set<FigureKind> asked, Duration partBudget) {
        this.stand = stand;
        this.asked = Set.copyOf(asked);
        this.partBudget = partBudget;
    }

    ModelFigures measure(long parameters, StaticOption rival) throws InterruptedException {
        RowCosts costs = firstLook();
        attempt(Set.of(FigureKind.ENGINE_EFFICIENCY), this::engineEfficiency);
        attempt(Set.of(FigureKind.SCHEDULE_RATIOS), () -> scheduleRatios(costs));
        attempt(
                Set.of(FigureKind.MIXED_VS_BOUND, FigureKind.MIXED_VS_STATIC, FigureKind.PADDING_SHARE),
                () -> mixedTraffic(costs, rival));
        attempt(Set.of(FigureKind.CONSTANT_VS_ELASTIC), this::constantVsElastic);
        figures.keySet().retainAll(asked);
        return new ModelFigures(stand.bundle().name(), parameters, figures, withGuide, ratios, notes);
    }

    /** Measures a part where one of its figures was asked for. A part that fails costs its own figures only. */
    private void attempt(Set<FigureKind> kinds, Part part) throws InterruptedException {
        if (kinds.stream().noneMatch(asked::contains)) {
            return;
        }
        try {
            part.measure();
        } catch (RuntimeException e) {
            LOG.warn("bench_part_failed figures={}", kinds, e);
            kinds.forEach(kind -> figures.put(kind, new NotMeasured(String.valueOf(e.getMessage()))));
        }
    }

    private interface Part {
        void measure() throws InterruptedException;
    }

    /** Warms the modules up and tells how long things will take. */
    private RowCosts firstLook() throws InterruptedException {
        try (BareLoop bare = stand.bareLoop()) {
            Duration look = stand.plan().bareTurn().multipliedBy(2);
            bare.measure(look.compareTo(FIRST_LOOK) < 0 ? look : FIRST_LOOK);
            RowCosts costs = bare.measure(look);
            note(String.format(
                    Locale.ROOT,
                    "calls of %d denoiser and %d guide rows; a row takes %.3f ms of the denoiser, %.3f ms of the guide",
                    stand.callRows().denoiser(),
                    stand.callRows().guide(),
                    costs.denoiserNanos() / 1e6,
                    costs.guideNanos() / 1e6));
            return costs;
        }
    }

    private void engineEfficiency() throws InterruptedException {
        EngineEfficiency efficiency = new EngineEfficiency(stand);
        boolean guide = stand.bundle().has(Network.GUIDE);
        double turns = stand.plan().pairs() + 1;
        double pair = seconds(stand.plan().engineTurn()) + bareSeconds();
        announce("engine against bare loop", (guide ? 2 : 1) * turns * pair);
        figures.put(FigureKind.ENGINE_EFFICIENCY, Measured.median(efficiency.classifierFree()));
        if (guide) {
            withGuide = Optional.of(Measured.median(efficiency.classifier()));
        }
    }

    /**
     * Every run needs images for two full batches. Where that takes too long, batches are made smaller first, then runs
     * shorter.
     */
    private void scheduleRatios(RowCosts costs) throws InterruptedException {
        Stand fitting = stand;
        for (int rows : CALL_ROWS) {
            if (ratioSeconds(fitting, costs) > seconds(partBudget)) {
                fitting = stand.with(FullBatches.atMost(rows, stand.callRows()));
            }
        }
        for (int divisor : DIVISORS) {
            if (ratioSeconds(fitting, costs) > seconds(partBudget)) {
                fitting = fitting.with(stand.plan().shortenedBy(stand.plan().shorten() * divisor));
            }
        }
        if (!fitting.callRows().equals(stand.callRows())) {
            note("seed rows in calls of " + fitting.callRows().denoiser() + " denoiser and "
                    + fitting.callRows().guide() + " guide rows");
        }
        if (fitting.plan().shorten() > stand.plan().shorten()) {
            note("seed rows with their steps divided by " + fitting.plan().shorten());
        }
        announce("schedule ratios", ratioSeconds(fitting, costs) + (stand.plan().rounds() + 1) * bareSeconds());
        ratios = new ScheduleRatios(fitting).measure();
    }

    private static double ratioSeconds(Stand stand, RowCosts costs) {
        return costs.boundNanos(new ScheduleRatios(stand).rowsPerImage()) * FullBatches.images(stand.callRows()) / 1e9;
    }

    private void mixedTraffic(RowCosts costs, StaticOption rival) throws InterruptedException {
        Stand fitting = stand;
        MixedTraffic mixed = new MixedTraffic(fitting);
        double seconds = costs.boundNanos(mixed.planned()) / 1e9;
        if (seconds > seconds(partBudget)) {
            int requests = Math.max(10, (int) (stand.plan().requests() * seconds(partBudget) / seconds));
            fitting = stand.with(stand.plan().withRequests(requests));
            note("mixed traffic of " + requests + " requests");
            mixed = new MixedTraffic(fitting);
            seconds = costs.boundNanos(mixed.planned()) / 1e9;
        }
        StaticOption used =
                asked.contains(FigureKind.MIXED_VS_STATIC) ? rival : new StaticOption.Absent("not asked for");
        boolean alone = used instanceof StaticOption.Absent;
        announce(
                alone ? "mixed traffic" : "mixed traffic, engine and static batches",
                (alone ? 1 : 3) * seconds + fitting.plan().trafficTurns() * bareSeconds());
        MixedTraffic.Result result = mixed.measure(used);
        note(result.requests() + " requests of mixed traffic, " + result.images() + " images, " + result.settings()
                + " different settings; guided at every step it would cost "
                + String.format(
                        Locale.ROOT,
                        "%.2f",
                        costs.boundNanos(mixed.guidedAtEveryStep()) / costs.boundNanos(mixed.planned()))
                + " times as much");
        figures.put(FigureKind.MIXED_VS_BOUND, result.vsBound());
        figures.put(FigureKind.MIXED_VS_STATIC, result.vsStatic());
        figures.put(FigureKind.PADDING_SHARE, result.paddingShare());
    }

    private void constantVsElastic() throws InterruptedException {
        double pair = 2 * seconds(stand.plan().engineTurn()) + bareSeconds();
        announce("constant against elastic calls", (stand.plan().pairs() + 1) * pair);
        figures.put(FigureKind.CONSTANT_VS_ELASTIC, Measured.median(new ConstantVsElastic(stand).measure()));
    }

    private double bareSeconds() {
        return (stand.bundle().has(Network.GUIDE) ? 2 : 1)
                * seconds(stand.plan().bareTurn());
    }

    private void announce(String part, double seconds) {
        stand.progress()
                .accept(stand.bundle().name() + ": " + part + ", about " + Numbers.seconds(Math.ceil(seconds))
                        + " ...");
    }

    private void note(String note) {
        notes.add(note);
        stand.progress().accept(stand.bundle().name() + ": " + note);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
