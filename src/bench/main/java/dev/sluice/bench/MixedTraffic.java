package dev.sluice.bench;

import dev.sluice.engine.metering.Batches;
import dev.sluice.request.GenerationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mixed traffic through the engine, against the least time that its rows can take and against a static-batch server
 * that gets the same traffic. All of it is submitted before the first turn; engine, static server and bare loop then
 * take turns, about an equal share of the traffic's cost each, in alternating order. Times are the wall's, and the last
 * turn goes on until the last image is done, batches that are no longer full included.
 */
final class MixedTraffic {
    private final Stand stand;
    private final Plans plans;
    private final StaticSlices staticSlices;

    MixedTraffic(Stand stand) {
        this.stand = stand;
        plans = new Plans(stand.bundle().manifest());
        staticSlices = new StaticSlices(plans);
    }

    /**
     * What was found.
     *
     * @param requests in the traffic
     * @param settings different ones among them
     */
    record Result(int requests, int settings, int images, Figure vsBound, Figure vsStatic, Figure paddingShare) {}

    /** What the traffic adds up to. */
    EvaluatedRows planned() {
        return plans.rows(traffic());
    }

    /** Rows of a server that knows no schedules and guides every step. */
    EvaluatedRows guidedAtEveryStep() {
        return plans.rowsGuidedAtEveryStep(traffic());
    }

    private List<GenerationRequest> traffic() {
        return stand.traffic().next(stand.plan().requests());
    }

    /** Measures against this static server. */
    Result measure(StaticOption option) throws InterruptedException {
        try (StaticRival rival = StaticRival.of(option, staticSlices)) {
            return measure(rival);
        }
    }

    private Result measure(StaticRival rival) throws InterruptedException {
        List<GenerationRequest> traffic = traffic();
        EvaluatedRows planned = plans.rows(traffic);
        List<Double> efficiencies = new ArrayList<>();
        List<RowCosts> costs = new ArrayList<>();
        try (BareLoop bare = stand.bareLoop();
                BenchEngine engine = stand.engine()) {
            engine.submit(traffic);
            RowCosts before = bare.measure(stand.plan().bareTurn());
            List<List<GenerationRequest>> slices =
                    staticSlices.cut(traffic, stand.plan().trafficTurns(), before);
            EvaluatedRows due = EvaluatedRows.NONE;
            for (int i = 0; i < slices.size(); i++) {
                due = due.plus(plans.rows(slices.get(i)));
                boolean last = i == slices.size() - 1;
                boolean staticFirst = i % 2 == 1;
                if (staticFirst) {
                    rival.run(slices.get(i));
                }
                Turn turn = engineTurn(engine, before, due, last);
                if (!staticFirst) {
                    rival.run(slices.get(i));
                }
                RowCosts after = bare.measure(stand.plan().bareTurn());
                RowCosts between = RowCosts.between(before, after);
                efficiencies.add(between.efficiency(turn));
                rival.judge(between, turn);
                costs.add(between);
                before = after;
            }
            requireSame(planned, engine.total().rows(), "engine");
            double bound = RowCosts.mean(costs).boundNanos(planned);
            Figure vsBound =
                    new Figure.Measured(bound / engine.total().nanos(), Spread.of(efficiencies), Optional.empty());
            int images = traffic.stream().mapToInt(GenerationRequest::images).sum();
            return new Result(
                    traffic.size(),
                    staticSlices.groups(traffic).size(),
                    images,
                    vsBound,
                    rival.figure(planned, engine.total()),
                    paddingShare(engine.calls()));
        }
    }

    /** Runs the engine until its rows so far would take as long as those of the slices so far. */
    private static Turn engineTurn(BenchEngine engine, RowCosts costs, EvaluatedRows due, boolean last)
            throws InterruptedException {
        double target = costs.boundNanos(due);
        EvaluatedRows before = engine.total().rows();
        return engine.run(soFar -> !last && costs.boundNanos(before.plus(soFar.rows())) >= target);
    }

    private static Figure paddingShare(Batches calls) {
        if (calls.busyRows() == 0) {
            return new Figure.NotMeasured("no call left work waiting");
        }
        return Figure.Measured.once(
                calls.paddingShareWhileBusy(),
                Numbers.percent(calls.busyRows() + calls.busyPaddingRows(), calls.rows() + calls.paddingRows())
                        + " of all rows were in calls that left work waiting; "
                        + Numbers.percent(calls.paddingRows(), calls.rows() + calls.paddingRows())
                        + " of all rows were padding, the emptying at the end included");
    }

    private static void requireSame(EvaluatedRows planned, EvaluatedRows found, String who) {
        if (!planned.equals(found)) {
            throw new IllegalStateException("the plans come to " + planned + ", the " + who + " evaluated " + found);
        }
    }
}
