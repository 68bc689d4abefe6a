package dev.sluice.bench;

import dev.sluice.bench.SeedRow.Method;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much time a compressed schedule takes of full guidance's, by the wall. Every schedule runs once over the same
 * number of images, behind its own turnstile. All runs take turns, each with a share of its rows and with the bare loop
 * in between. A machine that changes its speed thus changes it for all of them.
 */
final class ScheduleRatios {
    private final Stand stand;
    private final Plans plans;

    ScheduleRatios(Stand stand) {
        this.stand = stand;
        plans = new Plans(stand.bundle().manifest());
    }

    /**
     * A seed row's figures.
     *
     * @param measured time of the compressed schedule over time of full guidance
     * @param ideal the same from planned rows and the bare loop's costs
     * @param ratioToIdeal measured over ideal, with the spread over the rounds
     */
    record Row(String row, double measured, double ideal, double ratioToIdeal, Spread spread) {}

    /** Rows that this bundle can run: all, or those without a classifier. */
    List<SeedRow> seedRows() {
        boolean guide = stand.bundle().has(Network.GUIDE);
        return Arrays.stream(SeedRow.values())
                .filter(row -> guide || row.method() == Method.CLASSIFIER_FREE)
                .toList();
    }

    /** What one image of every run adds up to. */
    EvaluatedRows rowsPerImage() {
        return plans.rows(runs().stream().map(run -> request(run, 1)).toList());
    }

    List<Row> measure() throws InterruptedException {
        Map<Run, Timed> timed = new LinkedHashMap<>();
        try (BareLoop bare = stand.bareLoop()) {
            for (Run run : runs()) {
                timed.put(run, new Timed(run));
            }
            List<Timed> order = new ArrayList<>(timed.values());
            List<RowCosts> costs = new ArrayList<>();
            RowCosts before = bare.measure(stand.plan().bareTurn());
            for (int round = 1; round <= stand.plan().rounds(); round++) {
                for (Timed run : order) {
                    run.takeTurn(round);
                }
                RowCosts after = bare.measure(stand.plan().bareTurn());
                RowCosts between = RowCosts.between(before, after);
                order.forEach(run -> run.judge(between));
                costs.add(between);
                before = after;
                Collections.rotate(order, 1);
            }
            RowCosts mean = RowCosts.mean(costs);
            return seedRows().stream()
                    .map(row -> row(row, mean, timed.get(compressed(row)), timed.get(full(row))))
                    .toList();
        } finally {
            timed.values().forEach(Timed::close);
        }
    }

    private Row row(SeedRow seedRow, RowCosts costs, @Nullable Timed compressed, @Nullable Timed full) {
        if (compressed == null || full == null) {
            throw new IllegalStateException("no run of " + seedRow);
        }
        double measured = (double) compressed.nanos() / full.nanos();
        double ideal = costs.boundNanos(compressed.planned) / costs.boundNanos(full.planned);
        List<Double> rounds = new ArrayList<>();
        for (int i = 0; i < full.efficiencies.size(); i++) {
            rounds.add(full.efficiencies.get(i) / compressed.efficiencies.get(i));
        }
        return new Row(seedRow.label(stand.plan().shorten()), measured, ideal, measured / ideal, Spread.of(rounds));
    }

    /** A schedule to run. Rows of the paper with the same schedule are run once. */
    private record Run(Method method, int steps, GuidanceSchedule schedule) {}

    private Set<Run> runs() {
        Set<Run> runs = new LinkedHashSet<>();
        for (SeedRow row : seedRows()) {
            runs.add(full(row));
            runs.add(compressed(row));
        }
        return runs;
    }

    private Run full(SeedRow row) {
        return new Run(row.method(), row.steps(stand.plan().shorten()), new GuidanceSchedule.Full());
    }

    private Run compressed(SeedRow row) {
        int shorten = stand.plan().shorten();
        return new Run(
                row.method(), row.steps(shorten), new GuidanceSchedule.Compress(row.guided(shorten), row.exponent()));
    }

    private GenerationRequest request(Run run, int images) {
        GuidanceWeighting weighting = GuidanceWeighting.defaultFor(run.schedule());
        Guidance guidance = switch (run.method()) {
            case CLASSIFIER_FREE -> new Guidance.ClassifierFree(1.5, run.schedule(), weighting);
            case CLASSIFIER -> new Guidance.Classifier(4, run.schedule(), weighting, DenoiserCondition.UNCONDITIONAL);
            case CONDITIONAL_CLASSIFIER ->
                new Guidance.Classifier(0.5, run.schedule(), weighting, DenoiserCondition.CONDITIONAL);
        };
        return stand.traffic().of(guidance, images, SamplerSettings.ddpm(run.steps()));
    }

    /** A run under way. */
    private final class Timed {
        private final List<Double> efficiencies = new ArrayList<>();
        private final EvaluatedRows planned;
        private final BenchEngine engine;
        private Turn turn = Turn.NOTHING;

        Timed(Run run) throws InterruptedException {
            GenerationRequest request = request(run, FullBatches.images(stand.callRows()));
            planned = plans.rows(request);
            engine = stand.engine();
            engine.submit(List.of(request));
        }

        /** The next equal share of the planned denoiser rows; in the last round whatever is left. */
        void takeTurn(int round) throws InterruptedException {
            long before = engine.total().denoiserRows();
            boolean last = round == stand.plan().rounds();
            long target = planned.denoiser() * round / stand.plan().rounds();
            turn = engine.run(soFar -> !last && before + soFar.denoiserRows() >= target);
        }

        void judge(RowCosts costs) {
            efficiencies.add(costs.efficiency(turn));
        }

        /** Duration of the whole run. */
        long nanos() {
            if (!engine.total().rows().equals(planned)) {
                throw new IllegalStateException(
                        "planned " + planned + ", evaluated " + engine.total().rows());
            }
            return engine.total().nanos();
        }

        void close() {
            engine.close();
        }
    }
}
