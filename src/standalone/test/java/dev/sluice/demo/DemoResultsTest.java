package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.Acceptance;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.Outcome;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoResultsTest {
    private static final BundleManifest MANIFEST =
            VerifiedBundle.read(Path.of("models/bundles/glyphs-adm")).manifest();
    private static final List<GenerationRequest> REQUESTS =
            DemoPlan.ofSchedules(MANIFEST, 4, 25).shuffled();
    private static final EventEncoder ENCODER = new EventEncoder(
            "w", Instant.EPOCH, Tariff.of(new Price("sku", BigDecimal.ONE, Currency.getInstance("USD"))));

    @Test
    void askForEveryScheduleWithTheSameSeeds() {
        assertThat(REQUESTS).hasSize(32);
        assertThat(REQUESTS.stream().map(GenerationRequest::seed).distinct()).hasSize(4);
        assertThat(REQUESTS.stream().map(GenerationRequest::guidance).distinct())
                .hasSize(8);
        assertThat(REQUESTS.stream().map(GenerationRequest::id).distinct()).hasSize(32);
    }

    @Test
    void askForThePapersSystemsInFullAndCompressed() {
        DemoPlan plan = DemoPlan.ofSystems(List.of(MANIFEST), 4, 50);

        assertThat(plan.rows())
                .extracting(DemoPlan.Row::name)
                .containsExactly(
                        "glyphs-adm", "ADM-G", "ADM-CompG", "CADM-G", "CADM-CompG", "CADM-CFG", "CADM-CompCFG");
        assertThat(plan.rows())
                .extracting(row -> switch (row.guidance()) {
                    case Guidance.None none -> 0;
                    case Guidance.Classifier classifier -> guided(classifier.schedule());
                    case Guidance.ClassifierFree free -> guided(free.schedule());
                })
                .containsExactly(0, 50, 10, 50, 10, 50, 5);
    }

    @Test
    void askForNoGuidanceThatTheBundleDoesNotHave() {
        BundleManifest latent =
                VerifiedBundle.read(Path.of("models/bundles/scenes-sd")).manifest();

        assertThat(DemoPlan.ofSchedules(latent, 4, 25).rows())
                .extracting(DemoPlan.Row::name)
                .containsExactly("CompCFG, k=1", "CFG, full", "none", "CompCFG, k=5");
    }

    @Test
    void tellTheDenoiserThePromptUnderEveryGuidance() {
        assertThat(DemoPlan.ofSchedules(MANIFEST, 4, 25).rows())
                .extracting(DemoPlan.Row::guidance)
                .filteredOn(Guidance.Classifier.class::isInstance)
                .hasSize(4)
                .allMatch(guidance ->
                        ((Guidance.Classifier) guidance).denoiser() == Guidance.DenoiserCondition.CONDITIONAL);
    }

    private static int guided(GuidanceSchedule schedule) {
        return schedule instanceof GuidanceSchedule.Compress compress ? compress.guided() : 50;
    }

    @Test
    void noteASecondOutcome() {
        DemoResults results = new DemoResults(Set.of("demo-0-0"));
        results.add(failure(request("demo-0-0")));
        assertThat(results.problems()).hasSize(1);

        results.add(failure(request("demo-0-0")));

        assertThat(results.problems()).contains("demo-0-0 was settled twice");
        assertThat(results.settledCount()).isEqualTo(1);
        assertThat(results.settledOnce()).isZero();
    }

    @Test
    void noteASecondCharge() {
        DemoResults results = new DemoResults(Set.of("demo-0-0"));
        results.add(cost(request("demo-0-0")));
        results.add(cost(request("demo-0-0")));

        assertThat(results.problems()).containsExactly("demo-0-0 was charged twice");
    }

    @Test
    void noteAnOutcomeThatNobodyAskedFor() {
        DemoResults results = new DemoResults(Set.of("another"));
        results.add(failure(request("demo-0-0")));

        assertThat(results.problems()).contains("demo-0-0 was never asked for");
        assertThat(results.complete()).isFalse();
    }

    private static GenerationRequest request(String id) {
        return REQUESTS.stream()
                .filter(request -> request.id().value().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static GenerationFailed failure(GenerationRequest request) {
        return ENCODER.failed(request, outcome(request), Instant.EPOCH);
    }

    private static CostIncurred cost(GenerationRequest request) {
        return ENCODER.cost(request, new Acceptance("", Instant.EPOCH), outcome(request), Instant.EPOCH);
    }

    private static Outcome.Failed outcome(GenerationRequest request) {
        return new Outcome.Failed(
                request.id(), FailureCode.ENGINE_FAULT, "why", Optional.empty(), Evaluations.NONE, DeviceUsage.NONE);
    }
}
