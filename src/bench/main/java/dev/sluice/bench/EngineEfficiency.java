package dev.sluice.bench;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The engine's rows/s under a standing load, against the bare loop's just before and after. Half of the images are
 * unguided; the others' guidance is classifier-free for one figure, and for the other the classifier's, whose rows count
 * at what they cost in the bare loop.
 */
final class EngineEfficiency {
    private static final int STEPS = 250;
    private static final int GUIDED = 50;

    private final Stand stand;

    EngineEfficiency(Stand stand) {
        this.stand = stand;
    }

    /** Measures denoiser rows alone, as rows/s over rows/s. */
    Spread classifierFree() throws InterruptedException {
        return underLoad(new Guidance.ClassifierFree(3, schedule(), weighting()));
    }

    /** Measures denoiser and guide rows together. */
    Spread classifier() throws InterruptedException {
        return underLoad(new Guidance.Classifier(2, schedule(), weighting(), DenoiserCondition.CONDITIONAL));
    }

    private Spread underLoad(Guidance guidance) throws InterruptedException {
        Traffic traffic = stand.traffic();
        List<Guidance> kinds = List.of(guidance, new Guidance.None());
        int[] sent = {0};
        Supplier<GenerationRequest> next = () -> traffic.of(kinds.get(sent[0]++ % 2), 1, SamplerSettings.ddpm(STEPS));
        List<Double> efficiencies = new ArrayList<>();
        try (BareLoop bare = stand.bareLoop();
                BenchEngine engine = stand.engine()) {
            RowCosts before = bare.measure(stand.plan().bareTurn());
            for (int pair = 0; pair <= stand.plan().pairs(); pair++) {
                engine.topUp(StandingLoad.images(stand.callRows()), next);
                Turn turn = engine.run(StandingLoad.forAbout(stand.plan().engineTurn()));
                RowCosts after = bare.measure(stand.plan().bareTurn());
                if (pair > 0) {
                    efficiencies.add(RowCosts.between(before, after).efficiency(turn));
                }
                before = after;
            }
        }
        return Spread.of(efficiencies);
    }

    private static GuidanceSchedule schedule() {
        return new GuidanceSchedule.Compress(GUIDED, 1);
    }

    private static GuidanceWeighting weighting() {
        return GuidanceWeighting.defaultFor(schedule());
    }
}
