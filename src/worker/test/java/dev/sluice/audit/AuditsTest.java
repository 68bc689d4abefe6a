package dev.sluice.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.sluice.Waits;
import dev.sluice.engine.JobEnd;
import dev.sluice.model.Auditor;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.ModelException;
import dev.sluice.model.Residence;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowFunction;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BatchSize;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.request.PlanSummary;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import dev.sluice.stream.RequestEvent;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditsTest {
    private static final VerifiedBundle GLYPHS = VerifiedBundle.read(Path.of("models/bundles/glyphs-adm"));
    private static final BundleManifest MANIFEST = GLYPHS.manifest();
    private static final long SEVEN = 7;

    /** Say the same of every row. */
    private static final RowFunction STEADY_GUIDE =
            rows -> List.of(FloatBuffer.allocate(MANIFEST.sample().elements()), floats(-1), floats(1));

    private static final Auditor STEADY_AUDITOR = rows -> new Auditor.Verdict(floats(-1), floats(1));

    private final Conditioning conditioning = new Conditioning();

    @Test
    void bothClassifiersJudgeTheFinishedImageAsItWasShown() {
        List<RowBuffers> shown = new CopyOnWriteArrayList<>();
        RowFunction guide = rows -> {
            shown.add(rows);
            return List.of(FloatBuffer.allocate(MANIFEST.sample().elements()), floats(-0.25f), floats(1));
        };
        Auditor auditor = rows -> {
            shown.add(rows);
            return new Auditor.Verdict(floats(-2.5f), floats(0));
        };
        try (Audits audits = audits(guide, auditor)) {
            store(audits, request("r", new Prompt.Label("seven")), images(1.5f));
            conditioning.await(2);
        }

        assertThat(conditioning.verdicts)
                .containsExactly(
                        new Verdict(Classifier.ON_SAMPLING, true, 0.25),
                        new Verdict(Classifier.OFF_SAMPLING, false, 2.5));
        for (RowBuffers rows : shown) {
            assertThat(rows.floats(0, 0)).containsOnly(1f);
            assertThat(rows.integers(1, 0)).containsExactly(0);
            assertThat(rows.integers(2, 0)).containsExactly(SEVEN);
        }
    }

    @Test
    void everyImageOfARequestIsJudged() {
        try (Audits audits = audits(STEADY_GUIDE, STEADY_AUDITOR)) {
            store(audits, request("r", new Prompt.Label("two")), images(0, 0.5f, -1));
            conditioning.await(6);
        }
        assertThat(conditioning.verdicts).hasSize(6);
    }

    @Test
    void requestsThatAskForNothingThatTheAuditorKnowsAreLeftOut() {
        try (Audits audits = audits(STEADY_GUIDE, STEADY_AUDITOR)) {
            store(audits, request("r", new Prompt.Unconditional()), images(0));
            store(audits, request("r", new Prompt.Label("eleven")), images(0));
            store(audits, request("r", new Prompt.Text("seven", "")), images(0));
            store(audits, request("r", new Prompt.Label("one")), images(0));
            conditioning.await(2);
        }
        assertThat(conditioning.verdicts).hasSize(2);
        assertThat(conditioning.dropped).isEmpty();
    }

    @Test
    void moreThanCanWaitIsDroppedAndNeverWaitedFor() {
        CountDownLatch open = new CountDownLatch(1);
        Auditor slow = rows -> {
            awaitQuietly(open);
            return STEADY_AUDITOR.evaluate(rows);
        };
        try (Audits audits = audits(STEADY_GUIDE, slow)) {
            IntStream.range(0, 20).forEach(i -> store(audits, request("r" + i, new Prompt.Label("one")), images(0)));
            // One is being judged, eight wait.
            assertThat(conditioning.dropped).hasSize(11).containsOnly(AuditSink.Reason.BUSY);
            open.countDown();
            conditioning.await(18);
        }
    }

    @Test
    void aClassifierThatFailsCostsItsAuditAlone() {
        AtomicInteger calls = new AtomicInteger();
        Auditor broken = rows -> {
            if (calls.getAndIncrement() == 0) {
                throw new ModelException("broken on purpose");
            }
            return STEADY_AUDITOR.evaluate(rows);
        };
        try (Audits audits = audits(STEADY_GUIDE, broken)) {
            store(audits, request("r1", new Prompt.Label("one")), images(0));
            store(audits, request("r2", new Prompt.Label("one")), images(0));
            conditioning.await(2);
        }
        assertThat(conditioning.dropped).containsExactly(AuditSink.Reason.FAILED);
    }

    @Test
    void theShareIsDrawnByTheIdAndComesOutRight() {
        List<Boolean> drawn = IntStream.range(0, 100_000)
                .mapToObj(i -> Audits.drawn(new RequestId("order-" + i), 0.01))
                .toList();

        assertThat(drawn.stream().filter(yes -> yes).count() / 1e5).isCloseTo(0.01, offset(0.001));
        assertThat(Audits.drawn(new RequestId("order-5"), 0.01)).isEqualTo(drawn.get(5));
        assertThat(Audits.drawn(new RequestId("any"), 1)).isTrue();
        assertThat(Audits.drawn(new RequestId("any"), 0)).isFalse();
    }

    @Test
    void theShippedClassifiersJudge() {
        TorchScriptBundles torch = TorchScriptBundles.onCpu();
        try (Audits audits =
                new Audits(List.of(torch.open(GLYPHS)), 1, conditioning, () -> torch.prepareCallingThread(1))) {
            store(audits, request("r", new Prompt.Label("seven")), images(0));
            conditioning.await(2);
        }
        assertThat(conditioning.verdicts)
                .extracting(Verdict::classifier)
                .containsExactly(Classifier.ON_SAMPLING, Classifier.OFF_SAMPLING);
        assertThat(conditioning.verdicts).extracting(Verdict::loss).allMatch(loss -> loss > 0 && Double.isFinite(loss));
    }

    private Audits audits(RowFunction guide, Auditor auditor) {
        Bundle bundle = Bundle.counting(
                MANIFEST,
                GLYPHS.identity(),
                Map.of(Network.GUIDE, guide),
                Map.of(),
                Optional.of(auditor),
                Residence.ALWAYS);
        return new Audits(List.of(bundle), 1, conditioning, () -> {});
    }

    private static GenerationRequest request(String id, Prompt prompt) {
        return new GenerationRequest(
                new RequestId(id),
                new TenantId("acme"),
                MANIFEST.name(),
                prompt,
                1,
                0,
                1,
                SamplerSettings.ddpm(10),
                new Guidance.None(),
                Priority.BATCH,
                Optional.empty(),
                Map.of());
    }

    /** One image for each value, all of whose elements have it. */
    private static JobEnd.Sampled images(float... values) {
        List<float[]> pictures = new ArrayList<>();
        for (float value : values) {
            float[] picture = new float[MANIFEST.image().elements()];
            Arrays.fill(picture, value);
            pictures.add(picture);
        }
        return new JobEnd.Sampled(
                pictures,
                GLYPHS.identity(),
                new JobEnd.SampleShape(
                        MANIFEST.image().channels(),
                        MANIFEST.image().height(),
                        MANIFEST.image().width()),
                new PlanSummary(10, List.of(), List.of()),
                new BatchShape(BatchSize.CONSTANT, PerNetwork.NONE),
                Evaluations.NONE,
                Evaluations.NONE,
                DeviceUsage.NONE,
                Duration.ZERO,
                Duration.ZERO);
    }

    private static FloatBuffer floats(float value) {
        return FloatBuffer.wrap(new float[] {value});
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void store(Audits audits, GenerationRequest request, JobEnd.Sampled sampled) {
        audits.on(new RequestEvent.Stored(request, sampled, Duration.ZERO, Duration.ZERO));
    }

    private static final class Conditioning implements AuditSink {
        final List<Verdict> verdicts = new CopyOnWriteArrayList<>();
        final List<Reason> dropped = new CopyOnWriteArrayList<>();

        @Override
        public void judged(GenerationRequest request, Verdict verdict) {
            verdicts.add(verdict);
        }

        @Override
        public void dropped(Reason reason) {
            dropped.add(reason);
        }

        void await(int count) {
            Waits.atMost(Duration.ofSeconds(20)).until(() -> verdicts.size() >= count);
            assertThat(verdicts).hasSize(count);
        }
    }
}
