package dev.sluice.bench;

import dev.sluice.request.BatchSize;
import java.util.ArrayList;
import java.util.List;

/**
 * What equal bits cost at full load: two engines under the same standing load of mixed traffic, one with batches of
 * constant size and one with elastic ones, take turns in alternating order. Rows count at what they cost in the bare
 * loop around a pair of turns.
 */
final class ConstantVsElastic {
    private final Stand stand;

    ConstantVsElastic(Stand stand) {
        this.stand = stand;
    }

    /** The constant engine's speed over the elastic one's. */
    Spread measure() throws InterruptedException {
        Traffic constantTraffic = stand.traffic();
        Traffic elasticTraffic = stand.traffic();
        List<Double> ratios = new ArrayList<>();
        try (BareLoop bare = stand.bareLoop();
                BenchEngine constant = stand.engine(BatchSize.CONSTANT);
                BenchEngine elastic = stand.engine(BatchSize.ELASTIC)) {
            RowCosts before = bare.measure(stand.plan().bareTurn());
            for (int pair = 0; pair <= stand.plan().pairs(); pair++) {
                constant.topUp(StandingLoad.images(stand.callRows()), constantTraffic::next);
                elastic.topUp(StandingLoad.images(stand.callRows()), elasticTraffic::next);
                boolean constantFirst = pair % 2 == 0;
                Turn first = turn(constantFirst ? constant : elastic);
                Turn second = turn(constantFirst ? elastic : constant);
                RowCosts after = bare.measure(stand.plan().bareTurn());
                RowCosts between = RowCosts.between(before, after);
                if (pair > 0) {
                    double ratio = between.efficiency(first) / between.efficiency(second);
                    ratios.add(constantFirst ? ratio : 1 / ratio);
                }
                before = after;
            }
        }
        return Spread.of(ratios);
    }

    private Turn turn(BenchEngine engine) throws InterruptedException {
        return engine.run(StandingLoad.forAbout(stand.plan().engineTurn()));
    }
}
