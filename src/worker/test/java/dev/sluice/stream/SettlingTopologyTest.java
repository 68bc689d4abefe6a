package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.events.v1.CallSizing;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Network;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.storage.PngMetadata;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.Topics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettlingTopologyTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir
    private Path folder;

    private SimulatedWorker worker;

    @BeforeEach
    void start() throws InterruptedException {
        worker = new SimulatedWorker(folder);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void completesAValidRequest() {
        worker.request(Requests.plain("r-1").setImages(2).setSeed(7).build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        GenerationCompleted completion = worker.completed().getFirst();
        assertThat(completion.getTenantId()).isEqualTo("acme");
        assertThat(completion.getWorker()).isEqualTo(SimulatedWorker.NAME);
        assertThat(completion.getTags()).containsEntry("campaign", "spring");
        assertThat(completion.getBundle().getName()).isEqualTo(SimulatedDevice.BUNDLE);
        assertThat(completion.getPlan().getSteps()).isEqualTo(Requests.STEPS);
        assertThat(completion.getPlan().getGuidedTimesteps()).hasSize(Requests.GUIDED);
        assertThat(completion.getEvaluations().getConditional()).isEqualTo(2L * Requests.STEPS);
        assertThat(completion.getEvaluations().getUnconditional()).isEqualTo(2L * Requests.GUIDED);
        assertThat(completion.getEvaluations().getSkipped()).isEqualTo(2L * (Requests.STEPS - Requests.GUIDED));
    }

    @Test
    void samplesAsTheBundleDoesWhereTheRequestHasNoOpinionAndSaysWhatItUsed() {
        worker.request(Requests.plain("r-1")
                .setSampler(SamplerSpec.newBuilder().build())
                .setGuidance(Requests.guidance(0, Requests.compress(5, 1)))
                .build());
        worker.settleAll();

        PlanAsRun plan = worker.completed().getFirst().getPlan();
        assertThat(plan.getSampler()).isEqualTo("DDPM");
        assertThat(plan.getSteps()).isEqualTo(10);
        assertThat(plan.getGuidance()).isEqualTo("CLASSIFIER_FREE");
        assertThat(plan.getScale()).isEqualTo(2);
        assertThat(plan.getSchedule()).isEqualTo("COMPRESS");
        assertThat(plan.getWeighting()).isEqualTo("GAP");
        assertThat(plan.getWeights()).hasSize(5);
    }

    /** The bundle's defaults may have changed since: what was accepted is written down with nothing left open. */
    @Test
    void goesOnAfterATakeoverWithWhatTheBundleHadWhenTheRequestWasAccepted() {
        GenerationRequested open = Requests.plain("r-1")
                .setSampler(SamplerSpec.newBuilder().build())
                .build();
        worker.request(open);

        PendingRequest pending = worker.pending().getFirst();
        assertThat(pending.getRequest().getSampler()).isEqualTo(new SamplerSpec(SamplerKind.DDPM, 10, 0.0));
        assertThat(pending.getContentHash()).isEqualTo(ContentHash.of(open));
        worker.settleAll();
    }

    @Test
    void storesEveryImageBeforeItSaysSo() {
        worker.images.hold();
        worker.request(Requests.plain("r-1").setImages(3).setSeed(7).build());
        worker.settleUntil(() -> worker.engine.imagesInside() == 0);
        for (int i = 0; i < 10; i++) {
            worker.punctuate();
        }
        assertThat(worker.outcomes()).isZero();

        worker.images.letThrough();
        worker.settleAll();

        List<ImageObject> images = worker.completed().getFirst().getImages();
        assertThat(images).extracting(ImageObject::getIndex).containsExactly(0, 1, 2);
        assertThat(images).allSatisfy(image -> {
            byte[] object = worker.images
                    .get(image.getBucket(), image.getKey())
                    .toCompletableFuture()
                    .join();
            assertThat(Digests.sha256(object)).isEqualTo(image.getSha256());
            assertThat(image.getSizeBytes()).isEqualTo(object.length);
            assertThat(image.getSeed()).isEqualTo(7);
        });
    }

    @Test
    void makesOneImageOfALargerRequestAgainForThePriceOfOne() {
        worker.request(Requests.plain("four").setImages(4).setSeed(7).build());
        worker.request(
                Requests.plain("third").setImages(1).setFirstImage(2).setSeed(7).build());
        worker.settleAll();

        ImageObject among = image("four", 2);
        ImageObject alone = image("third", 0);
        assertThat(among.getIndex()).isEqualTo(alone.getIndex()).isEqualTo(2);
        assertThat(alone.getKey()).endsWith("/2.png");
        assertThat(provenance(alone).get("image").intValue()).isEqualTo(2);
        assertThat(pixels(alone)).isEqualTo(pixels(among)).isNotEqualTo(pixels(image("four", 0)));
        assertThat(charge("four").getRows()).isEqualTo(4L * (Requests.STEPS + Requests.GUIDED));
        assertThat(charge("third").getRows()).isEqualTo(Requests.STEPS + Requests.GUIDED);
    }

    @Test
    void answersAnIdThatComesAgainForSomethingElseWithWhatIsAskedThen() {
        worker.request(Requests.plain("reuse").setSeed(0).build());
        worker.settleAll();
        worker.time.advanceCalendar(SimulatedWorker.RETENTION.multipliedBy(2));
        worker.request(Requests.plain("reuse").setSeed(5).build());
        worker.settleAll();

        assertThat(worker.deadLetters).isEmpty();
        assertThat(worker.completed()).hasSize(2);
        ImageObject first = worker.completed().getFirst().getImages().getFirst();
        ImageObject second = worker.completed().getLast().getImages().getFirst();
        assertThat(second.getKey()).isNotEqualTo(first.getKey());
        assertThat(second.getSha256()).isNotEqualTo(first.getSha256());
        assertThat(provenance(first).get("seed").textValue()).isEqualTo("0");
        assertThat(provenance(second).get("seed").textValue()).isEqualTo("5");
        assertThat(provenance(second).get("request"))
                .isNotEqualTo(provenance(first).get("request"));
        assertThat(worker.completions)
                .extracting(record -> text(record, "ce_id"))
                .doesNotHaveDuplicates();
        assertThat(costIds()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void chargesTheSameRequestAgainWhichIsToldOfUnderTheSameIdAndHasTheSameObject() {
        GenerationRequested request = Requests.plain("again").build();
        worker.request(request);
        worker.settleAll();
        worker.time.advanceCalendar(SimulatedWorker.RETENTION.multipliedBy(2));
        worker.request(request);
        worker.settleAll();

        assertThat(worker.completed()).hasSize(2);
        assertThat(worker.completed().getLast().getImages())
                .isEqualTo(worker.completed().getFirst().getImages());
        assertThat(text(worker.completions.getLast(), "ce_id")).isEqualTo(text(worker.completions.getFirst(), "ce_id"));
        assertThat(costIds()).hasSize(2).doesNotHaveDuplicates();
    }

    private List<String> costIds() {
        return worker.charged().stream()
                .filter(charge -> charge.getRequestId() != null)
                .map(CostIncurred::getCostId)
                .toList();
    }

    private ImageObject image(String request, int position) {
        return worker.completed().stream()
                .filter(completion -> completion.getRequestId().equals(request))
                .findFirst()
                .orElseThrow()
                .getImages()
                .get(position);
    }

    private CostIncurred charge(String request) {
        return worker.charged().stream()
                .filter(charge -> request.equals(charge.getRequestId()))
                .findFirst()
                .orElseThrow();
    }

    private byte[] object(ImageObject image) {
        return worker.images
                .get(image.getBucket(), image.getKey())
                .toCompletableFuture()
                .join();
    }

    private JsonNode provenance(ImageObject image) {
        try {
            return new JsonMapper()
                    .readTree(PngMetadata.read(object(image)).provenance().orElseThrow());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private List<Integer> pixels(ImageObject image) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(object(image)));
            return Arrays.stream(
                            picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth()))
                    .boxed()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void chargesARequestForTheRowsItUsed() {
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();

        ExactlyOneOutcome.judgeCharges(List.of("r-1"), worker.charged());
        CostIncurred cost = worker.charged().getFirst();
        assertThat(cost.getTenantId()).isEqualTo("acme");
        assertThat(cost.getModel()).isEqualTo(SimulatedDevice.BUNDLE);
        assertThat(cost.getOutcome()).isEqualTo("COMPLETED");
        assertThat(cost.getRows()).isEqualTo(Requests.STEPS + Requests.GUIDED);
        // Alone on the device, so its padding is its own.
        assertThat(cost.getDeviceNanos()).isEqualTo(Requests.STEPS * SimulatedDevice.NANOS_PER_CALL);
        assertThat(cost.getListCost()).isEqualByComparingTo("0.005");
        assertThat(cost.getTags()).containsEntry("campaign", "spring");
    }

    @Test
    void keysOutcomesByRequestAndCostsByTenant() {
        worker.request(Requests.plain("good").build());
        worker.request(Requests.plain("bad").setModel("nobody's").build());
        worker.settleAll();

        assertThat(worker.completions).extracting(TestRecord::key).containsExactly("good");
        assertThat(worker.failures).extracting(TestRecord::key).containsExactly("bad");
        assertThat(worker.costs).extracting(TestRecord::key).containsExactly("acme");
    }

    @Test
    void putsEveryEventInACloudEventsEnvelope() {
        worker.request(Requests.plain("good").build());
        worker.request(Requests.plain("bad").setModel("nobody's").build());
        worker.settleAll();

        String goodHash = ContentHash.of(Requests.plain("good").build());
        String badHash =
                ContentHash.of(Requests.plain("bad").setModel("nobody's").build());
        assertEnvelope(
                worker.completions.getFirst(),
                "good:" + goodHash + ":completed",
                "dev.sluice.generation.completed.v1",
                "good");
        assertEnvelope(
                worker.failures.getFirst(), "bad:" + badHash + ":failed", "dev.sluice.generation.failed.v1", "bad");
        String costId = charge("good").getCostId();
        assertThat(costId).startsWith("request:good:" + goodHash + ":");
        assertEnvelope(worker.costs.getFirst(), costId + ":incurred", "dev.sluice.cost.incurred.v1", costId);
    }

    @Test
    void passesTheTraceOnToEveryEvent() {
        worker.device.hold();
        worker.request(
                "r-1", Requests.plain("r-1").setSampler(Requests.steps(60)).build(), traced());
        worker.device.letThrough(30);
        worker.settleUntil(() -> !worker.progress.isEmpty());
        worker.device.letAllThrough();
        worker.settleAll();
        worker.request("r-2", Requests.plain("r-2").setImages(0).build(), traced());

        assertThat(Stream.of(worker.completions, worker.failures, worker.costs, worker.progress)
                        .map(records -> text(records.getFirst(), "traceparent")))
                .containsOnly(TRACEPARENT);
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void refusesABadRequestOnceNamingTheField(
            UnaryOperator<GenerationRequested.Builder> spoil, GenerationFailureCode code, String field) {
        GenerationRequested bad = spoil.apply(Requests.plain("bad")).build();
        worker.request(bad);
        worker.request(bad);
        worker.request(Requests.plain("good").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("bad", "good"), worker.completed(), worker.failed());
        GenerationFailed failure = worker.failed().getFirst();
        assertThat(failure.getRequestId()).isEqualTo("bad");
        assertThat(failure.getCode()).isEqualTo(code);
        assertThat(failure.getField()).isEqualTo(field);
        assertThat(failure.getRetriable()).isFalse();
        assertThat(failure.getMessage()).isNotBlank();
        ExactlyOneOutcome.judgeCharges(List.of("good"), worker.charged());
        assertThat(worker.deadLetters).isEmpty();
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                bad("unknown bundle", r -> r.setModel("nobody's"), GenerationFailureCode.MODEL_UNKNOWN, "model"),
                bad(
                        "unknown label",
                        r -> r.setPrompt(Requests.label("hexagon")),
                        GenerationFailureCode.LABEL_UNKNOWN,
                        "prompt.label"),
                bad(
                        "text for a bundle of labels",
                        r -> r.setPrompt(Requests.text("a circle")),
                        GenerationFailureCode.PROMPT_UNSUPPORTED,
                        "prompt.text"),
                bad(
                        "text too long",
                        r -> r.setPrompt(Requests.text("x".repeat(SimulatedWorker.LIMITS.maxTextLength() + 1))),
                        GenerationFailureCode.PROMPT_TOO_LONG,
                        "prompt.text"),
                bad(
                        "eta above 1",
                        r -> r.setSampler(new SamplerSpec(SamplerKind.DDIM, 10, 1.5)),
                        GenerationFailureCode.SAMPLER_INVALID,
                        "sampler.eta"),
                bad(
                        "negative exponent",
                        r -> r.setGuidance(Requests.guidance(2, Requests.compress(5, -1))),
                        GenerationFailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.exponent"),
                bad(
                        "more guided steps than steps",
                        r -> r.setGuidance(Requests.guidance(2, Requests.compress(Requests.STEPS + 1, 1))),
                        GenerationFailureCode.SCHEDULE_INVALID,
                        "guidance.schedule.guided"),
                bad(
                        "scale that is not a number",
                        r -> r.setGuidance(Requests.guidance(Double.NaN, Requests.compress(5, 1))),
                        GenerationFailureCode.SCALE_INVALID,
                        "guidance.scale"),
                bad(
                        "steps over the cap",
                        r -> r.setSampler(Requests.steps(SimulatedWorker.LIMITS.maxSteps() + 1)),
                        GenerationFailureCode.STEPS_OUT_OF_RANGE,
                        "sampler.steps"),
                bad(
                        "too many images",
                        r -> r.setImages(SimulatedWorker.LIMITS.maxImages() + 1),
                        GenerationFailureCode.IMAGES_OUT_OF_RANGE,
                        "images"),
                bad(
                        "a first image below 0",
                        r -> r.setFirstImage(-1),
                        GenerationFailureCode.IMAGES_OUT_OF_RANGE,
                        "firstImage"),
                bad(
                        "a last image beyond all numbers",
                        r -> r.setImages(2).setFirstImage(Integer.MAX_VALUE - 1),
                        GenerationFailureCode.IMAGES_OUT_OF_RANGE,
                        "firstImage"),
                bad("no images", r -> r.setImages(0), GenerationFailureCode.IMAGES_OUT_OF_RANGE, "images"),
                bad("no tenant", r -> r.setTenantId(" "), GenerationFailureCode.FIELD_INVALID, "tenantId"),
                bad(
                        "deadline in the past",
                        r -> r.setDeadline(new ManualTime().now().minusSeconds(1)),
                        GenerationFailureCode.DEADLINE_EXPIRED,
                        "deadline"));
    }

    @Test
    void tellsTheDeadlineThatItReadWhereAPublisherCountedMilliseconds() {
        long millis = worker.time.now().plusSeconds(60).toEpochMilli();
        worker.request(Requests.plain("millis")
                .setDeadline(Instant.EPOCH.plus(millis, ChronoUnit.MICROS))
                .build());
        worker.settleAll();

        assertThat(worker.failed().getFirst().getCode()).isEqualTo(GenerationFailureCode.DEADLINE_EXPIRED);
        assertThat(worker.failed().getFirst().getMessage())
                .startsWith("the deadline, 1970-01-")
                .contains(
                        millis + " microseconds since 1970",
                        "as milliseconds it would be " + Instant.ofEpochMilli(millis))
                .endsWith(" had passed when the request came");
    }

    @Test
    void stopsARequestWhoseDeadlinePassesUnderWay() {
        worker.device.hold();
        worker.request(Requests.plain("late")
                .setDeadline(worker.time.now().plusSeconds(5))
                .build());
        worker.device.letThrough(3);
        worker.time.advanceCalendar(Duration.ofSeconds(6));
        worker.device.letAllThrough();
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("late"), worker.completed(), worker.failed());
        assertThat(worker.failed().getFirst().getCode()).isEqualTo(GenerationFailureCode.DEADLINE_EXPIRED);
    }

    @Test
    void answersARepeatedRequestOnce() {
        GenerationRequested request = Requests.plain("r-1").build();
        worker.device.hold();
        worker.request(request);
        worker.request(request);
        worker.device.letAllThrough();
        worker.settleAll();
        worker.request(request);
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        ExactlyOneOutcome.judgeCharges(List.of("r-1"), worker.charged());
        assertThat(worker.deadLetters).isEmpty();
    }

    @Test
    void sendsOtherContentUnderAPendingIdToTheDeadLetters() {
        worker.device.hold();
        worker.request(Requests.plain("r-1").build());
        worker.request(Requests.plain("r-1").setSeed(1).build());
        worker.device.letAllThrough();
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        assertDeadLetter("r-1", "other content");
    }

    @Test
    void sendsOtherContentUnderASettledIdToTheDeadLetters() {
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();
        worker.request(Requests.plain("r-1").setSeed(1).build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        assertDeadLetter("r-1", "other content");
    }

    @Test
    void sendsARequestUnderAnotherKeyToTheDeadLetters() {
        worker.request("elsewhere", Requests.plain("r-1").build(), new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
        assertDeadLetter("elsewhere", "key is not its requestId");
    }

    @Test
    void sendsUndecodableBytesToTheDeadLettersAndGoesOn() {
        worker.requestBytes("r-1", "not Avro".getBytes(StandardCharsets.UTF_8), new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
        assertDeadLetter("r-1", "WRONG_MAGIC");
        assertThat(worker.deadLetters.getFirst().value()).asString().isEqualTo("not Avro");
    }

    @Test
    void sendsARecordOfAnUnknownSchemaToTheDeadLettersAndGoesOn() {
        byte[] record = ByteBuffer.allocate(6).put((byte) 0).putInt(4711).array();
        worker.requestBytes("r-1", record, new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
        assertDeadLetter("r-1", "UNKNOWN_SCHEMA");
    }

    @Test
    void sendsARecordWithoutAValueToTheDeadLettersAndGoesOn() {
        worker.requestBytes("r-1", null, new RecordHeaders());
        worker.request(Requests.plain("next").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("next"), worker.completed(), worker.failed());
        assertDeadLetter("r-1", "no value");
    }

    @Test
    void sendsARequestWithoutAUsableIdToTheDeadLetters() {
        worker.request(Requests.plain(" ").build());
        worker.settleAll();

        assertThat(worker.outcomes()).isZero();
        assertDeadLetter(" ", "requestId must not be blank");
    }

    @Test
    void failsARequestThatWasCancelledBeforeItCame() {
        GenerationRequested request = Requests.plain("r-1").build();
        worker.cancel("r-1", "changed my mind");
        worker.request(request);
        worker.request(request);
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        assertThat(worker.failed().getFirst().getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
        assertThat(worker.costs).isEmpty();
    }

    @Test
    void failsACancelledRequestOnceWhenTheClockIsSetBack() {
        GenerationRequested request = Requests.plain("r-1").build();
        worker.cancel("r-1", "changed my mind");
        worker.time.advanceCalendar(Duration.ofSeconds(-5));
        worker.request(request);
        worker.request(request);
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
    }

    @Test
    void stopsARequestThatIsCancelledUnderWayAndChargesWhatItUsed() {
        worker.device.hold();
        worker.request(Requests.plain("r-1").setSampler(Requests.steps(100)).build());
        worker.device.letThrough(20);
        worker.settleUntil(() -> !worker.progress.isEmpty());
        worker.cancel("r-1", "changed my mind");
        worker.device.letAllThrough();
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        GenerationFailed failure = worker.failed().getFirst();
        assertThat(failure.getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
        assertThat(failure.getMessage()).contains("changed my mind");
        ExactlyOneOutcome.judgeCharges(List.of("r-1"), worker.charged());
        assertThat(worker.charged().getFirst().getOutcome()).isEqualTo("CANCELLED");
        assertThat(worker.images.size()).isZero();
    }

    @Test
    void promisesNoConstantCallsForAnImageOfAnEarlierAttempt() {
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();
        worker.images.holdEarlierImages();
        worker.request(Requests.plain("r-2").build());
        worker.settleAll();

        assertThat(worker.completed().getFirst().getCalls().getSize()).isEqualTo(CallSizing.CONSTANT);
        assertThat(worker.completed().getLast().getCalls().getSize()).isEqualTo(CallSizing.ELASTIC);
    }

    @Test
    void givesUpWhatTakesLongerThanItsTimeBudget() {
        worker.device.hold();
        worker.request(Requests.plain("r-1").setSampler(Requests.steps(100)).build());
        worker.device.letThrough(20);
        worker.settleUntil(() -> !worker.progress.isEmpty());
        worker.time.advanceCalendar(SimulatedWorker.TIME_BUDGET);
        worker.punctuate();
        worker.device.letAllThrough();
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        assertThat(worker.failed().getFirst().getCode()).isEqualTo(GenerationFailureCode.TIMED_OUT);
        assertThat(worker.failed().getFirst().getRetriable()).isTrue();
        ExactlyOneOutcome.judgeCharges(List.of("r-1"), worker.charged());
    }

    @Test
    void chargesNoTimeBeforeTheAcceptanceWhenTheClockIsSetBack() {
        worker.device.hold();
        worker.request(Requests.plain("r-1").build());
        worker.time.advanceCalendar(Duration.ofHours(-1));
        worker.device.letAllThrough();
        worker.settleAll();

        CostIncurred charge = worker.charged().getFirst();
        assertThat(charge.getChargePeriodStart()).isBeforeOrEqualTo(charge.getChargePeriodEnd());
    }

    @Test
    void tellsWhatHappensToARequestInOrder() {
        worker.request(Requests.plain("r-1").setSampler(Requests.steps(100)).build());
        worker.settleAll();

        // The engine may begin before its answer is back.
        assertThat(worker.events.stream()
                        .filter(event -> !(event instanceof RequestEvent.Admitted))
                        .map(Object::getClass)
                        .distinct())
                .containsExactly(
                        RequestEvent.Taken.class,
                        RequestEvent.Begun.class,
                        RequestEvent.Recorded.class,
                        RequestEvent.Submitting.class,
                        RequestEvent.Batched.class,
                        RequestEvent.Stepped.class,
                        RequestEvent.Sampled.class,
                        RequestEvent.Encoded.class,
                        RequestEvent.Stored.class,
                        RequestEvent.Finished.class,
                        RequestEvent.Settling.class,
                        RequestEvent.Incurred.class,
                        RequestEvent.Settled.class,
                        RequestEvent.Committed.class);
    }

    @Test
    void ignoresACancellationAfterTheOutcome() {
        GenerationRequested request = Requests.plain("r-1").build();
        worker.request(request);
        worker.settleAll();
        worker.cancel("r-1", "too late");
        worker.request(request);
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        assertThat(worker.completions).hasSize(1);
    }

    @Test
    void failsARequestWhoseImagesCannotBeStored() {
        worker.images.breakDown();
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1"), worker.completed(), worker.failed());
        GenerationFailed failure = worker.failed().getFirst();
        assertThat(failure.getCode()).isEqualTo(GenerationFailureCode.STORAGE_FAULT);
        assertThat(failure.getRetriable()).isTrue();
        assertThat(failure.getMessage()).contains("out of order");
        // The device did its part.
        ExactlyOneOutcome.judgeCharges(List.of("r-1"), worker.charged());
    }

    @Test
    void failsTheRequestsOfACallThatFails() {
        worker.device.setBroken(true);
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();
        worker.device.setBroken(false);
        worker.request(Requests.plain("r-2").build());
        worker.settleAll();

        ExactlyOneOutcome.judge(List.of("r-1", "r-2"), worker.completed(), worker.failed());
        assertThat(worker.failed().getFirst().getCode()).isEqualTo(GenerationFailureCode.ENGINE_FAULT);
        assertThat(worker.failed().getFirst().getRetriable()).isTrue();
        ExactlyOneOutcome.judgeCharges(List.of("r-2"), worker.charged());
    }

    @Test
    void keepsNothingPendingOnceAllIsSettled() {
        worker.device.hold();
        List<String> ids = List.of("r-1", "r-2", "r-3");
        ids.forEach(id -> worker.request(Requests.plain(id).build()));
        assertThat(worker.pending())
                .extracting(pending -> pending.getRequest().getRequestId())
                .containsExactlyElementsOf(ids);

        worker.device.letAllThrough();
        worker.settleAll();

        assertThat(worker.pending()).isEmpty();
        ExactlyOneOutcome.judge(ids, worker.completed(), worker.failed());
    }

    @Test
    void reportsProgressNoOftenerThanTheInterval() {
        int steps = SimulatedWorker.LIMITS.maxSteps();
        long stepsPerInterval = SimulatedWorker.PROGRESS_INTERVAL.toNanos() / SimulatedDevice.NANOS_PER_CALL;
        worker.device.hold();
        worker.request(Requests.plain("r-1").setSampler(Requests.steps(steps)).build());
        for (int step = 0; step < steps; step++) {
            worker.device.letThrough(1);
            worker.punctuate();
        }
        worker.settleAll();

        List<Integer> reported = worker.progress.stream()
                .map(TestRecord::value)
                .map(GenerationProgressed::getStep)
                .toList();
        assertThat(reported).isNotEmpty().isSorted().doesNotHaveDuplicates();
        assertThat(reported).allMatch(step -> step % stepsPerInterval == 0, "comes once in an interval");
        assertThat(worker.progress).allSatisfy(record -> {
            assertThat(record.value().getSteps()).isEqualTo(steps);
            assertThat(record.key()).isEqualTo("r-1");
        });
    }

    @Test
    void publishesOverheadOncePerInterval() {
        // The device's warm-up call is overhead already, but the interval isn't over.
        worker.punctuate();
        assertThat(worker.costs).isEmpty();

        worker.time.advanceCalendar(SimulatedWorker.OVERHEAD_INTERVAL);
        worker.punctuate();
        worker.punctuate();
        assertThat(worker.charged()).singleElement().satisfies(cost -> {
            assertThat(cost.getChargeKind()).isEqualTo(ChargeKind.OVERHEAD);
            assertThat(cost.getTenantId()).isNull();
            assertThat(cost.getDeviceNanos()).isEqualTo(SimulatedDevice.NANOS_PER_CALL);
        });
        assertThat(worker.costs.getFirst().key()).isEqualTo(SimulatedWorker.NAME);

        // Nothing was lost since, so the next interval has no charge.
        worker.time.advanceCalendar(SimulatedWorker.OVERHEAD_INTERVAL);
        worker.punctuate();
        assertThat(worker.costs).hasSize(1);
    }

    @Test
    void chargesAddUpToTheDeviceTime() {
        worker.request(Requests.plain("done").setImages(3).build());
        worker.request(Requests.plain("done-too").setImages(2).build());
        worker.settleAll();
        worker.device.setBroken(true);
        worker.request(Requests.plain("broken").build());
        worker.settleAll();
        worker.time.advanceCalendar(SimulatedWorker.OVERHEAD_INTERVAL);
        worker.punctuate();

        long charged = worker.charged().stream()
                .mapToLong(CostIncurred::getDeviceNanos)
                .sum();
        assertThat(charged).isEqualTo(worker.engine.meter().deviceNanos());
    }

    @Test
    void writesAtItsOwnTimeWhateverTimeThatIsAbout() {
        Duration age = Duration.ofDays(30);
        worker.requestPublished(Requests.plain("refused").setModel("unknown").build(), age);
        worker.requestPublished(Requests.plain("served").build(), age);
        Instant ended = worker.time.now().minus(age);
        worker.parts
                .overhead()
                .lost(new OverheadQueue.Lost(
                        "dead/1", DeviceUsage.of(Network.DENOISER, 5, 0, 1), ended.minusSeconds(1), ended, () -> {}));
        worker.settleUntil(() -> worker.outcomes() == 2 && worker.costs.size() == 2);

        Instant now = worker.time.now();
        assertThat(Stream.<List<? extends TestRecord<?, ?>>>of(worker.failures, worker.completions, worker.costs)
                        .flatMap(List::stream)
                        .map(TestRecord::timestamp))
                .isNotEmpty()
                .containsOnly(now.toEpochMilli());
        // Where the changelog had the records' own time, it would delete them, and a restored worker forget the
        // outcome.
        assertThat(worker.settledChangelogTimes()).hasSize(2).containsOnly(now.toEpochMilli());
    }

    private void assertDeadLetter(String key, String message) {
        TestRecord<String, byte[]> letter =
                assertThat(worker.deadLetters).singleElement().actual();
        assertThat(letter.key()).isEqualTo(key);
        assertThat(text(letter, "__streams.errors.topic")).isEqualTo(Topics.DEFAULT.requests());
        assertThat(text(letter, "__streams.errors.partition")).isEqualTo("0");
        assertThat(text(letter, "__streams.errors.exception")).isNotBlank();
        assertThat(text(letter, "__streams.errors.message")).contains(message);
        assertThat(letter.headers()).haveAtLeastOne(headerNamed("__streams.errors.offset"));
    }

    private static void assertEnvelope(TestRecord<String, ?> record, String id, String type, String subject) {
        assertThat(text(record, "ce_specversion")).isEqualTo("1.0");
        assertThat(text(record, "ce_id")).isEqualTo(id);
        assertThat(text(record, "ce_type")).isEqualTo(type);
        assertThat(text(record, "ce_source")).isEqualTo(SimulatedWorker.NAME);
        assertThat(text(record, "ce_subject")).isEqualTo(subject);
        assertThat(text(record, "ce_time")).startsWith("2026-01-01T");
        assertThat(text(record, "content-type")).isEqualTo("application/avro");
    }

    private static Condition<Header> headerNamed(String name) {
        return new Condition<>(header -> header.key().equals(name), "header %s", name);
    }

    private static String text(TestRecord<String, ?> record, String header) {
        Header found = Objects.requireNonNull(record.headers().lastHeader(header), header);
        return new String(found.value(), StandardCharsets.UTF_8);
    }

    private static Headers traced() {
        return new RecordHeaders().add("traceparent", TRACEPARENT.getBytes(StandardCharsets.UTF_8));
    }

    private static Arguments bad(
            String name, UnaryOperator<GenerationRequested.Builder> spoil, GenerationFailureCode code, String field) {
        return argumentSet(name, spoil, code, field);
    }
}
