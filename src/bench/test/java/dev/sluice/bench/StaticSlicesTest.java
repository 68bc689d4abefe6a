package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.bench.Traffic.StepRange;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StaticSlicesTest {
    private static final RowCosts COSTS = new RowCosts(5, 3);
    private static final GuidanceWeighting GAP = GuidanceWeighting.of(GuidanceWeighting.Kind.GAP);

    private final TinyBundle tiny = new TinyBundle();
    private final Plans plans = new Plans(tiny.manifest());
    private final StaticSlices slices = new StaticSlices(plans);
    private final Traffic traffic = new Traffic(tiny.manifest(), true, new StepRange(10, 40), 1);

    @Test
    void slicesHoldAllOfTheTrafficInAboutEqualShares() {
        List<GenerationRequest> requests = traffic.next(60);

        List<List<GenerationRequest>> cut = slices.cut(requests, 4, COSTS);

        assertThat(cut).hasSize(4);
        assertThat(cut.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(requests);
        double all = COSTS.boundNanos(plans.rows(requests));
        assertThat(cut)
                .allSatisfy(slice ->
                        assertThat(COSTS.boundNanos(plans.rows(slice)) / all).isCloseTo(0.25, within(0.08)));
    }

    @Test
    void equalSettingsStayInOneSlice() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int steps = 10; steps < 16; steps++) {
            SamplerSettings sampler = SamplerSettings.ddpm(steps);
            IntStream.range(0, 5).forEach(i -> requests.add(traffic.of(new Guidance.None(), 1, sampler)));
        }
        Collections.rotate(requests, 2);

        List<List<GenerationRequest>> cut = slices.cut(requests, 6, COSTS);

        assertThat(slices.groups(requests)).hasSize(6);
        assertThat(cut)
                .allSatisfy(
                        slice -> assertThat(slice.size() % 5).as("whole groups").isZero());
    }

    @Test
    void writesThePlanAsTheServerVisitsIt() {
        GenerationRequest request = traffic.of(
                new Guidance.Classifier(2.5, new GuidanceSchedule.Compress(2, 1), GAP, DenoiserCondition.UNCONDITIONAL),
                3,
                SamplerSettings.ddim(4, 0.5));

        JsonNode written = slices.asJson(List.of(request)).at("/requests/0");

        assertThat(written.at("/sampler/kind").asText()).isEqualTo("ddim");
        assertThat(written.at("/sampler/eta").asDouble()).isEqualTo(0.5);
        assertThat(written.get("images").asInt()).isEqualTo(3);
        assertThat(written.get("class").asInt()).isIn(0, 1);
        assertThat(written.get("conditionClass").asInt())
                .as("the denoiser is blind")
                .isEqualTo(2);
        assertThat(written.get("timesteps").toString()).isEqualTo("[999,666,333,0]");
        assertThat(written.at("/guidance/method").asText()).isEqualTo("classifier");
        assertThat(written.at("/guidance/scale").asDouble()).isEqualTo(2.5);
        assertThat(written.at("/guidance/guided").toString()).isEqualTo("[0,2]");
        assertThat(written.at("/guidance/weights").toString()).isEqualTo("[2.0,0.0,2.0,0.0]");
    }

    @Test
    void rowsFollowThePlan() {
        SamplerSettings sampler = SamplerSettings.ddpm(10);
        GuidanceSchedule early = new GuidanceSchedule.EarlyStop(4);

        assertThat(plans.rows(traffic.of(new Guidance.None(), 2, sampler))).isEqualTo(new EvaluatedRows(20, 0));
        assertThat(plans.rows(traffic.of(new Guidance.ClassifierFree(2, early, GAP), 2, sampler)))
                .isEqualTo(new EvaluatedRows(28, 0));
        assertThat(plans.rows(
                        traffic.of(new Guidance.Classifier(2, early, GAP, DenoiserCondition.CONDITIONAL), 2, sampler)))
                .isEqualTo(new EvaluatedRows(20, 8));
    }
}
