package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.CallSizing;
import dev.sluice.events.v1.CallsMade;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.pricing.ListedPrice;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.PriceList;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.Acceptance;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BatchSize;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Network;
import dev.sluice.request.Outcome;
import dev.sluice.request.PerNetwork;
import dev.sluice.request.PlanSummary;
import dev.sluice.request.Refusal;
import dev.sluice.request.StoredImage;
import dev.sluice.request.Timings;
import dev.sluice.wire.AvroSerde;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.InMemorySchemaRegistry;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class EventEncoderTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.000006Z");
    private static final Instant END = START.plusSeconds(9);
    private static final Price PRICE =
            new Price("gpu-large", new BigDecimal("0.000833333333"), Currency.getInstance("USD"));

    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static final Acceptance ACCEPTED = new Acceptance("c0ffee", START);

    private final EventEncoder encoder = new EventEncoder("worker-1", START, Tariff.of(PRICE));
    private final GenerationRequest request = SampleRequests.random(1);

    @Test
    void aCompletionIsTheSameAfterATripThroughBytes() {
        GenerationCompleted event = encoder.completed(request, completed());
        assertThat(trip(event, GenerationCompleted.class)).isEqualTo(event);
        assertThat(event.getPlan().getGuidedTimesteps()).containsExactly(50, 25);
        assertThat(event.getTimings().getSamplingNanos()).isEqualTo(2_000_000_000L);
        assertThat(event.getTags()).isEqualTo(request.tags());
        assertThat(event.getCalls()).isEqualTo(new CallsMade(CallSizing.CONSTANT, 16, 8, 1, 2, 3, 4));
    }

    @Test
    void everyFailureCodeHasItsEvent() {
        for (FailureCode code : FailureCode.values()) {
            var outcome = new Outcome.Failed(
                    request.id(), code, "because", Optional.empty(), Evaluations.NONE, DeviceUsage.NONE);
            GenerationFailed event = encoder.failed(request, outcome, END);
            assertThat(trip(event, GenerationFailed.class)).isEqualTo(event);
            assertThat(event.getCode().name()).isEqualTo(code.name()).isEqualTo(EventEncoder.nameOf(outcome));
            assertThat(event.getRetriable()).isEqualTo(code.retriable());
        }
    }

    @Test
    void aRefusalNamesTheFieldAndNoTenantThatItHasNot() {
        var refusal = new Refusal(FailureCode.FIELD_INVALID, "tenantId", "tenantId must not be blank");
        GenerationFailed event = encoder.refused(new Decoded.Invalid(request.id(), Optional.empty(), refusal), END);
        assertThat(event.getCode()).isEqualTo(GenerationFailureCode.FIELD_INVALID);
        assertThat(event.getField()).isEqualTo("tenantId");
        assertThat(event.getTenantId()).isNull();
    }

    @Test
    void aCostIsTheSameAfterATripThroughBytes() {
        CostIncurred event = encoder.cost(request, ACCEPTED, completed(), END);
        assertThat(trip(event, CostIncurred.class)).isEqualTo(event);
        assertThat(event.getCostId())
                .isEqualTo("request:" + request.id() + ":c0ffee:" + ChronoUnit.MICROS.between(Instant.EPOCH, START));
        assertThat(event.getConsumedQuantity()).isEqualByComparingTo("0.000000007");
        assertThat(event.getListCost()).isEqualByComparingTo("0.000000000005833333331");
        CostIncurred overhead = encoder.overhead(5, DeviceUsage.NONE, START, END);
        assertThat(trip(overhead, CostIncurred.class)).isEqualTo(overhead);
        assertThat(overhead.getCostId()).isEqualTo("overhead:" + encoder.process() + ":5");
        assertThat(overhead.getProcess()).isEqualTo(event.getProcess()).isEqualTo("worker-1/" + START.toEpochMilli());
    }

    @Test
    void aCostIdTellsAcceptancesApartAndNothingElse() {
        String id = encoder.cost(request, ACCEPTED, completed(), END).getCostId();
        EventEncoder successor = new EventEncoder("worker-2", END, Tariff.of(PRICE));

        assertThat(successor
                        .cost(request, ACCEPTED, completed(), END.plusSeconds(9))
                        .getCostId())
                .isEqualTo(id);
        assertThat(encoder.cost(request, new Acceptance("7ea", START), completed(), END)
                        .getCostId())
                .isNotEqualTo(id);
        Acceptance later = new Acceptance("c0ffee", START.plus(1, ChronoUnit.MICROS));
        assertThat(encoder.cost(request, later, completed(), END).getCostId()).isNotEqualTo(id);
    }

    @Test
    void aCostSaysHowItsRequestWasGuidedAndWhatCameOfIt() {
        for (int seed = 0; seed < 50; seed++) {
            GenerationRequest random = SampleRequests.random(seed);
            GuidanceSpec guidance = new RequestEncoder().encode(random).getGuidance();
            CostIncurred cost = encoder.cost(random, ACCEPTED, completed(), END);

            assertThat(cost.getGuidance()).isEqualTo(guidance.getMethod().name());
            assertThat(cost.getSchedule())
                    .isEqualTo(
                            guidance.getMethod() == GuidanceMethod.NONE
                                    ? "NONE"
                                    : guidance.getSchedule().getKind().name());
            assertThat(cost.getImages()).isEqualTo(1);
        }
        var failed = new Outcome.Failed(
                request.id(), FailureCode.TIMED_OUT, "", Optional.empty(), Evaluations.NONE, DeviceUsage.NONE);
        assertThat(encoder.cost(request, ACCEPTED, failed, END).getImages()).isZero();
    }

    @Test
    void aCostTakesThePriceThatHoldsAtItsPeriodsStart() {
        ListedPrice before =
                new ListedPrice(PRICE, Optional.empty(), START.minusSeconds(9), Optional.of(START.plusSeconds(1)));
        ListedPrice after = new ListedPrice(
                Price.free("later", PRICE.currency()), Optional.empty(), START.plusSeconds(1), Optional.empty());
        Tariff tariff = new Tariff(new PriceList(List.of(before, after)), Map.of());
        EventEncoder changing = new EventEncoder("worker-1", START, tariff);

        assertThat(changing.cost(request, ACCEPTED, completed(), END).getSkuId())
                .isEqualTo("gpu-large");
        assertThat(changing.cost(request, new Acceptance("c0ffee", START.plusSeconds(1)), completed(), END)
                        .getSkuId())
                .isEqualTo("later");
        assertThat(changing.overhead(1, DeviceUsage.NONE, START, END).getSkuId())
                .isEqualTo("gpu-large");
    }

    @Test
    void lostDeviceTimeIsChargedForTheProcessThatUsedIt() {
        CostIncurred lost = encoder.lost("worker/0/17", DeviceUsage.NONE, START, END);

        assertThat(trip(lost, CostIncurred.class)).isEqualTo(lost);
        assertThat(lost.getCostId()).isEqualTo("overhead:worker/0/17:lost");
        assertThat(lost.getProcess()).isEqualTo("worker/0/17");
        assertThat(lost.getWorker()).isEqualTo("worker/0");
    }

    @Test
    void aChargeSaysWhatEachNetworkHadAndTheWholeIsTheirSum() {
        CostIncurred cost = encoder.cost(request, ACCEPTED, completed(), END);

        assertThat(cost.getDeviceNanos())
                .isEqualTo(cost.getDenoiserNanos()
                        + cost.getGuideNanos()
                        + cost.getTextEncoderNanos()
                        + cost.getGuideTextEncoderNanos()
                        + cost.getUpsamplerNanos()
                        + cost.getDecoderNanos());
        assertThat(cost.getUpsamplerNanos()).isEqualTo(2);
        assertThat(cost.getGuideTextEncoderNanos()).isEqualTo(1);
        assertThat(cost.getTextEvaluations()).isEqualTo(1);
        assertThat(cost.getUpsamplerEvaluations()).isEqualTo(27);
        assertThat(cost.getDecoderEvaluations()).isEqualTo(1);
        assertThat(trip(cost, CostIncurred.class)).isEqualTo(cost);
    }

    @Test
    void costsAddUpToThePriceOfTheirTimeExactly() {
        var random = new SplittableRandom(7);
        BigDecimal costs = BigDecimal.ZERO;
        long nanos = 0;
        for (int i = 0; i < 10_000; i++) {
            var usage = new DeviceUsage(PerNetwork.of(network -> random.nextLong(1L << 38)), 0, 1);
            costs = costs.add(encoder.overhead(i, usage, START, END).getListCost());
            nanos += usage.deviceNanos();
        }
        assertThat(costs).isEqualTo(PRICE.of(Price.seconds(nanos)));
    }

    @Test
    void refusesAPriceThatCouldNotBeChargedExactly() {
        Currency euro = Currency.getInstance("EUR");
        assertThatThrownBy(() -> new Price("gpu", new BigDecimal("0.0000000000001"), euro))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Price("gpu", new BigDecimal("-1"), euro))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void envelopesAreRepeatable() {
        var headers = new RecordHeaders();
        for (int i = 0; i < 2; i++) {
            CloudEvent.of(encoder.completed(request, completed()), "c0ffee").writeTo(headers, Optional.of(TRACE));
        }
        assertThat(headers.toArray())
                .extracting(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder(
                        "ce_specversion=1.0",
                        "ce_id=" + request.id() + ":c0ffee:completed",
                        "ce_type=dev.sluice.generation.completed.v1",
                        "ce_source=worker-1",
                        "ce_subject=" + request.id(),
                        "ce_time=" + END,
                        "content-type=application/avro",
                        "traceparent=" + TRACE);
        assertThat(CloudEvent.traceparent(headers)).contains(TRACE);
    }

    private Outcome.Completed completed() {
        return new Outcome.Completed(
                request.id(),
                List.of(new StoredImage(0, "images", "a/b/0.png", "ab", 100, 7)),
                new BundleIdentity("shapes-32", "1", "cd"),
                new PlanSummary(50, List.of(50, 25), List.of(25.0, 25.0)),
                new BatchShape(BatchSize.CONSTANT, PerNetwork.of(network -> switch (network) {
                    case DENOISER -> 16;
                    case GUIDE -> 8;
                    case TEXT_ENCODER -> 1;
                    case GUIDE_TEXT_ENCODER -> 2;
                    case UPSAMPLER -> 3;
                    case DECODER -> 4;
                })),
                new Evaluations(50, 2, 0, 48, 2, 27, 1),
                new Evaluations(30, 1, 0, 29, 1, 27, 1),
                new DeviceUsage(PerNetwork.of(network -> network == Network.UPSAMPLER ? 2 : 1), 1, 52),
                new Timings(START, END, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
    }

    private static <T extends SpecificRecord> T trip(T event, Class<T> type) {
        try (var serde = new AvroSerde<>(new InMemorySchemaRegistry(), type)) {
            return serde.deserializer().deserialize("t", serde.serializer().serialize("t", event));
        }
    }
}
