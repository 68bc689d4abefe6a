package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.audit.AuditSink;
import dev.sluice.audit.Classifier;
import dev.sluice.audit.Verdict;
import dev.sluice.codec.EventEncoder;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.Acceptance;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import dev.sluice.request.Outcome;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import dev.sluice.stream.RequestEvent;
import dev.sluice.stream.RequestEvent.Ages;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Ages AGES = new Ages(Duration.ofSeconds(9), Duration.ofSeconds(4), Duration.ofSeconds(1));

    private final WorkerMeters meters = new WorkerMeters(Set.of("glyphs"), 2);
    private final EventEncoder encoder =
            new EventEncoder("w", NOW, Tariff.of(new Price("gpu", new BigDecimal("0.5"), Currency.getInstance("EUR"))));

    @Test
    void everyOutcomeCanBeReadBeforeItHappens() {
        assertThat(meters.scrape()).contains("sluice_requests_settled_total{outcome=\"COMPLETED\"} 0.0");
        for (FailureCode code : FailureCode.values()) {
            assertThat(meters.scrape()).contains("sluice_requests_settled_total{outcome=\"" + code + "\"} 0.0");
        }
    }

    @Test
    void countsOutcomesRefusalsAndWhatWasSpent() {
        meters.on(new RequestEvent.Settled(
                request("ann", "glyphs"), failed(new Evaluations(10, 2, 3, 8, 1, 5, 4)), AGES));
        meters.on(new RequestEvent.Refused(new Refusal(FailureCode.SCALE_INVALID, "guidance.scale", "no")));

        assertThat(meters.scrape())
                .contains(
                        "sluice_requests_settled_total{outcome=\"TIMED_OUT\"} 1.0",
                        "sluice_requests_settled_total{outcome=\"SCALE_INVALID\"} 1.0",
                        "sluice_request_age_seconds_sum{outcome=\"TIMED_OUT\"} 4.0",
                        "sluice_evaluations_total{kind=\"conditional\",model=\"glyphs\"} 10.0",
                        "sluice_evaluations_total{kind=\"unconditional\",model=\"glyphs\"} 2.0",
                        "sluice_evaluations_total{kind=\"guide\",model=\"glyphs\"} 3.0",
                        "sluice_evaluations_total{kind=\"skipped\",model=\"glyphs\"} 8.0",
                        "sluice_evaluations_total{kind=\"text\",model=\"glyphs\"} 1.0",
                        "sluice_evaluations_total{kind=\"upsampler\",model=\"glyphs\"} 5.0",
                        "sluice_evaluations_total{kind=\"decoder\",model=\"glyphs\"} 4.0",
                        "sluice_guidance_evaluations_saved_total{model=\"glyphs\",schedule=\"early_stop\"} 8.0");
    }

    @Test
    void aModelThatNobodyServesIsNoLabel() {
        meters.on(new RequestEvent.Settled(request("ann", "made-up-by-a-publisher"), failed(Evaluations.NONE), AGES));

        assertThat(meters.scrape())
                .contains("sluice_evaluations_total{kind=\"guide\",model=\"other\"} 0.0")
                .doesNotContain("made-up");
    }

    @Test
    void onlySoManyTenantsHaveNamesAndTheirCostsAddUp() {
        for (String tenant : new String[] {"ann", "bob", "cyd", "ann", "dee"}) {
            meters.on(new RequestEvent.Incurred(charge(tenant, Duration.ofMillis(500))));
        }

        assertThat(meters.scrape())
                .contains(
                        "sluice_cost_total{currency=\"EUR\",sku=\"gpu\",tenant=\"ann\"} 0.5",
                        "sluice_cost_total{currency=\"EUR\",sku=\"gpu\",tenant=\"bob\"} 0.25",
                        "sluice_cost_total{currency=\"EUR\",sku=\"gpu\",tenant=\"other\"} 0.5",
                        "sluice_charged_device_seconds_total{sku=\"gpu\",tenant=\"ann\"} 1.0")
                .doesNotContain("cyd", "dee");
    }

    @Test
    void overheadIsNobodys() {
        CostIncurred overhead =
                encoder.overhead(0, DeviceUsage.of(Network.DENOISER, 2_000_000_000L, 0, 0), NOW, NOW.plusSeconds(2));
        assertThat(overhead.getChargeKind()).isEqualTo(ChargeKind.OVERHEAD);

        meters.on(new RequestEvent.Incurred(overhead));

        assertThat(meters.scrape())
                .contains("sluice_overhead_cost_total{currency=\"EUR\",sku=\"gpu\"} 1.0")
                .doesNotContain("tenant=");
    }

    @Test
    void auditsAddUpToAccuracyAndLoss() {
        GenerationRequest request = request("ann", "glyphs");
        meters.audits().judged(request, new Verdict(Classifier.ON_SAMPLING, true, 0.25));
        meters.audits().judged(request, new Verdict(Classifier.OFF_SAMPLING, false, 1.5));
        meters.audits().judged(request, new Verdict(Classifier.OFF_SAMPLING, true, 0.5));
        meters.audits().dropped(AuditSink.Reason.BUSY);

        String on = "{classifier=\"on_sampling\",method=\"classifier_free\",model=\"glyphs\",schedule=\"early_stop\"}";
        String off = on.replace("on_sampling", "off_sampling");
        assertThat(meters.scrape())
                .contains(
                        "sluice_audit_images_total" + on + " 1.0",
                        "sluice_audit_hits_total" + on + " 1.0",
                        "sluice_audit_loss_total" + on + " 0.25",
                        "sluice_audit_images_total" + off + " 2.0",
                        "sluice_audit_hits_total" + off + " 1.0",
                        "sluice_audit_loss_total" + off + " 2.0",
                        "sluice_audit_dropped_total{reason=\"busy\"} 1.0",
                        "sluice_audit_dropped_total{reason=\"failed\"} 0.0");
    }

    private CostIncurred charge(String tenant, Duration time) {
        DeviceUsage usage = DeviceUsage.of(Network.DENOISER, time.toNanos(), 0, 1);
        Outcome outcome = new Outcome.Failed(
                new RequestId("r"), FailureCode.CANCELLED, "no", Optional.empty(), Evaluations.NONE, usage);
        return encoder.cost(request(tenant, "glyphs"), new Acceptance("", NOW), outcome, NOW.plus(time));
    }

    private static Outcome failed(Evaluations spent) {
        return new Outcome.Failed(
                new RequestId("r"), FailureCode.TIMED_OUT, "late", Optional.empty(), spent, DeviceUsage.NONE);
    }

    private static GenerationRequest request(String tenant, String model) {
        return new GenerationRequest(
                new RequestId("r"),
                new TenantId(tenant),
                model,
                new Prompt.Label("seven"),
                1,
                0,
                1,
                SamplerSettings.ddpm(10),
                new Guidance.ClassifierFree(
                        2, new GuidanceSchedule.EarlyStop(2), GuidanceWeighting.of(GuidanceWeighting.Kind.NONE)),
                Priority.BATCH,
                Optional.empty(),
                Map.of());
    }
}
