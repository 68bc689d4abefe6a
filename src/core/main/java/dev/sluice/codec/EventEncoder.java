package dev.sluice.codec;

import dev.sluice.events.v1.BundleUsed;
import dev.sluice.events.v1.CallSizing;
import dev.sluice.events.v1.CallsMade;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.EvaluationCounts;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.events.v1.RunTimings;
import dev.sluice.events.v1.WeightingKind;
import dev.sluice.events.v1.WeightingSpec;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.Acceptance;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Network;
import dev.sluice.request.Outcome;
import dev.sluice.request.PlanSummary;
import dev.sluice.request.StoredImage;
import dev.sluice.request.TenantId;
import dev.sluice.request.Timings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** Turns outcomes and device time into the events that one worker emits. Holds no state; any thread may call it. */
public final class EventEncoder {
    /** What an outcome's record says where the request succeeded; it says the failure's code otherwise. */
    public static final String COMPLETED = "COMPLETED";

    private final String worker;
    private final String process;
    private final Tariff tariff;

    /**
     * Events of one worker with one kind of device.
     *
     * @param worker name of this worker, the same after a restart
     * @param startedAt when the worker started; tells its processes apart
     * @param tariff of this worker's device
     */
    public EventEncoder(String worker, Instant startedAt, Tariff tariff) {
        this.worker = worker;
        process = worker + "/" + startedAt.toEpochMilli();
        this.tariff = tariff;
    }

    /** What {@code CostIncurred.process} says of device time that this worker uses. */
    public String process() {
        return process;
    }

    /** {@value #COMPLETED}, or the failure's code: for {@code CostIncurred.outcome} and {@code SettledRequest.outcome}. */
    public static String nameOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> COMPLETED;
            case Outcome.Failed failed -> failed.code().name();
        };
    }

    public GenerationCompleted completed(GenerationRequest request, Outcome.Completed outcome) {
        return GenerationCompleted.newBuilder()
                .setRequestId(outcome.requestId().value())
                .setTenantId(request.tenant().value())
                .setImages(outcome.images().stream().map(EventEncoder::image).toList())
                .setBundle(bundle(outcome.bundle()))
                .setPlan(plan(request, outcome.plan()))
                .setEvaluations(evaluations(outcome.evaluations()))
                .setCalls(calls(outcome.calls()))
                .setTimings(timings(outcome.timings()))
                .setWorker(worker)
                .setTags(request.tags())
                .build();
    }

    /** A request that was valid, and failed on the way. */
    public GenerationFailed failed(GenerationRequest request, Outcome.Failed outcome, Instant failedAt) {
        return failed(outcome, Optional.of(request.tenant()), request.tags(), failedAt);
    }

    /** A request that was refused as it was read. */
    public GenerationFailed refused(Decoded.Invalid request, Instant failedAt) {
        return failed(Outcome.Failed.refused(request.id(), request.refusal()), request.tenant(), Map.of(), failedAt);
    }

    private GenerationFailed failed(
            Outcome.Failed outcome, Optional<TenantId> tenant, Map<String, String> tags, Instant failedAt) {
        return GenerationFailed.newBuilder()
                .setRequestId(outcome.requestId().value())
                .setTenantId(tenant.map(TenantId::value).orElse(null))
                .setCode(GenerationFailureCode.valueOf(outcome.code().name()))
                .setMessage(outcome.message())
                .setRetriable(outcome.code().retriable())
                .setField(outcome.field().orElse(null))
                .setFailedAt(failedAt)
                .setWorker(worker)
                .setTags(tags)
                .build();
    }

    /**
     * How far a request has come.
     *
     * @param step steps that all images have behind them
     * @param expectedAt estimate of the last step's end
     */
    public GenerationProgressed progressed(GenerationRequest request, int step, Optional<Instant> expectedAt) {
        return GenerationProgressed.newBuilder()
                .setRequestId(request.id().value())
                .setTenantId(request.tenant().value())
                .setStep(step)
                .setSteps(request.sampler().steps())
                .setExpectedAt(expectedAt.orElse(null))
                .setWorker(worker)
                .build();
    }

    /**
     * What a request is charged. The charge's id follows from the acceptance. Whoever settles the request writes the
     * same id. The same request accepted again uses the device again, and gets another.
     *
     * @param end when it was settled
     */
    public CostIncurred cost(GenerationRequest request, Acceptance acceptance, Outcome outcome, Instant end) {
        // Another worker's clock may have been ahead.
        Instant start = acceptance.at().isAfter(end) ? end : acceptance.at();
        Evaluations evaluations = outcome.spent();
        DeviceUsage usage = outcome.usage();
        GuidanceSpec guidance = RequestEncoder.guidance(request.guidance());
        return charge(usage, start, end, tariff.request(request.model(), start, usage.deviceNanos(), evaluations))
                .setCostId(costId(request, acceptance))
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId(request.tenant().value())
                .setRequestId(request.id().value())
                .setModel(request.model())
                .setGuidance(guidance.getMethod().name())
                .setSchedule(scheduleOf(guidance))
                .setImages(imagesOf(outcome))
                .setOutcome(nameOf(outcome))
                .setConditionalEvaluations(evaluations.conditional())
                .setUnconditionalEvaluations(evaluations.unconditional())
                .setGuideEvaluations(evaluations.guide())
                .setSkippedEvaluations(evaluations.skipped())
                .setTextEvaluations(evaluations.text())
                .setUpsamplerEvaluations(evaluations.upsampler())
                .setDecoderEvaluations(evaluations.decoder())
                .setTags(request.tags())
                .build();
    }

    private static String costId(GenerationRequest request, Acceptance acceptance) {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, acceptance.at());
        return "request:" + request.id().value() + ":" + acceptance.contentHash() + ":" + micros;
    }

    /**
     * Device time that no request answers for.
     *
     * @param sequence tells this process's charges apart
     */
    public CostIncurred overhead(long sequence, DeviceUsage usage, Instant start, Instant end) {
        return overhead(process, String.valueOf(sequence), usage, start, end);
    }

    /**
     * Device time that a process had not charged when it ended, at the price of this worker's device.
     *
     * @param process the ended one, as in {@link #process}
     */
    public CostIncurred lost(String process, DeviceUsage usage, Instant start, Instant end) {
        return overhead(process, "lost", usage, start, end);
    }

    private CostIncurred overhead(String process, String name, DeviceUsage usage, Instant start, Instant end) {
        int slash = process.lastIndexOf('/');
        return charge(usage, start, end, tariff.overhead(start, usage.deviceNanos()))
                .setCostId("overhead:" + process + ":" + name)
                .setChargeKind(ChargeKind.OVERHEAD)
                .setOutcome("")
                .setWorker(slash < 0 ? process : process.substring(0, slash))
                .setProcess(process)
                .build();
    }

    private CostIncurred.Builder charge(DeviceUsage usage, Instant start, Instant end, Tariff.Priced priced) {
        Price price = priced.price();
        return CostIncurred.newBuilder()
                .setWorker(worker)
                .setProcess(process)
                .setChargePeriodStart(start)
                .setChargePeriodEnd(end)
                .setConsumedQuantity(Price.seconds(usage.deviceNanos()))
                .setPricingQuantity(priced.quantity())
                .setPricingUnit(price.unit().focusName())
                .setListUnitPrice(price.perUnit())
                .setListCost(priced.cost())
                .setEffectiveCost(priced.cost())
                .setBillingCurrency(price.currency().getCurrencyCode())
                .setSkuId(price.skuId())
                .setDeviceNanos(usage.deviceNanos())
                .setDenoiserNanos(usage.nanos().get(Network.DENOISER))
                .setGuideNanos(usage.nanos().get(Network.GUIDE))
                .setTextEncoderNanos(usage.nanos().get(Network.TEXT_ENCODER))
                .setGuideTextEncoderNanos(usage.nanos().get(Network.GUIDE_TEXT_ENCODER))
                .setUpsamplerNanos(usage.nanos().get(Network.UPSAMPLER))
                .setDecoderNanos(usage.nanos().get(Network.DECODER))
                .setPaddingNanos(usage.paddingNanos())
                .setRows(usage.rows());
    }

    private static String scheduleOf(GuidanceSpec guidance) {
        return guidance.getMethod() == GuidanceMethod.NONE
                ? guidance.getMethod().name()
                : guidance.getSchedule().getKind().name();
    }

    private static int imagesOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> completed.images().size();
            case Outcome.Failed failed -> 0;
        };
    }

    private static ImageObject image(StoredImage image) {
        return new ImageObject(
                image.index(), image.bucket(), image.key(), image.sha256(), image.sizeBytes(), image.seed());
    }

    private static BundleUsed bundle(BundleIdentity bundle) {
        return new BundleUsed(bundle.name(), bundle.version(), bundle.sha256());
    }

    private static PlanAsRun plan(GenerationRequest request, PlanSummary plan) {
        GuidanceSpec guidance = RequestEncoder.guidance(request.guidance());
        WeightingSpec weighting = guidance.getWeighting();
        return PlanAsRun.newBuilder()
                .setSteps(plan.steps())
                .setGuidedTimesteps(plan.guidedTimesteps())
                .setWeights(plan.weights())
                .setSampler(RequestEncoder.kind(request.sampler().kind()).name())
                .setEta(request.sampler().eta())
                .setGuidance(guidance.getMethod().name())
                .setScale(guidance.getScale())
                .setSchedule(scheduleOf(guidance))
                .setWeighting((weighting == null ? WeightingKind.NONE : weighting.getKind()).name())
                .build();
    }

    private static CallsMade calls(BatchShape shape) {
        CallSizing size = switch (shape.size()) {
            case CONSTANT -> CallSizing.CONSTANT;
            case ELASTIC -> CallSizing.ELASTIC;
        };
        return new CallsMade(
                size,
                shape.rowsPerCall(Network.DENOISER),
                shape.rowsPerCall(Network.GUIDE),
                shape.rowsPerCall(Network.TEXT_ENCODER),
                shape.rowsPerCall(Network.GUIDE_TEXT_ENCODER),
                shape.rowsPerCall(Network.UPSAMPLER),
                shape.rowsPerCall(Network.DECODER));
    }

    private static EvaluationCounts evaluations(Evaluations counts) {
        return new EvaluationCounts(
                counts.conditional(),
                counts.unconditional(),
                counts.guide(),
                counts.skipped(),
                counts.text(),
                counts.upsampler(),
                counts.decoder());
    }

    private static RunTimings timings(Timings timings) {
        return new RunTimings(
                timings.acceptedAt(),
                timings.finishedAt(),
                timings.waiting().toNanos(),
                timings.sampling().toNanos(),
                timings.storing().toNanos());
    }
}
