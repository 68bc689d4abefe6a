package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Row.Role;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.Network;
import dev.sluice.request.Priority;
import dev.sluice.request.SamplerSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchSchedulerTest {
    private static final int ROWS = 4;
    private static final int GUIDE_ROWS = 2;
    private static final int PATIENCE = 3;

    private final SimulatedBundleQueue simulated = new SimulatedBundleQueue(ROWS, GUIDE_ROWS);
    private final BatchScheduler scheduler = new BatchScheduler(new BatchSizes(ROWS, GUIDE_ROWS), PATIENCE);

    @Test
    void callsNothingWhileNothingWaits() {
        assertThat(scheduler.next(false)).isEmpty();
    }

    @Test
    void waitsForTheCallUnderWayBeforeItMakesOneThatIsNotFull() {
        rows(ROWS - 1, Role.CONDITIONAL);

        assertThat(scheduler.next(true)).isEmpty();
        assertThat(scheduler.next(false)).contains(Network.DENOISER);
    }

    @Test
    void rowsThatDoNotFitGoFirstIntoTheNextCall() {
        List<Row> rows = rows(ROWS + 2, Role.CONDITIONAL);
        List<Row> later = rows(3, Role.CONDITIONAL);

        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(rows.subList(0, ROWS));
        assertThat(scheduler.take(Network.DENOISER))
                .containsExactly(rows.get(ROWS), rows.get(ROWS + 1), later.get(0), later.get(1));
    }

    @Test
    void rowsPutBackGoAheadOfAllOthersInTheirOldOrder() {
        List<Row> rows = rows(ROWS, Role.CONDITIONAL);
        List<Row> later = rows(ROWS, Role.CONDITIONAL);

        scheduler.putBack(scheduler.take(Network.DENOISER));

        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(rows);
        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(later);
    }

    @Test
    void fullGuideCallGoesFirst() {
        rows(ROWS, Role.CONDITIONAL);
        rows(GUIDE_ROWS, Role.GUIDE);

        assertThat(scheduler.next(false)).contains(Network.GUIDE);
    }

    @Test
    void guideRowsWaitForCompanyWhileDenoiserCallsAreFull() {
        rows(100 * ROWS, Role.CONDITIONAL);
        for (int batch = 0; batch < 50; batch++) {
            makeCall();
        }
        rows(1, Role.GUIDE);

        for (int batch = 0; batch < PATIENCE; batch++) {
            assertThat(makeCall()).isEqualTo(Network.DENOISER);
        }
        assertThat(makeCall()).isEqualTo(Network.GUIDE);
        assertThat(makeCall()).isEqualTo(Network.DENOISER);
    }

    @Test
    void paddingStaysBelowOneInAHundredWhileDenoiserCallsAreFull() {
        BatchScheduler lopsided = new BatchScheduler(new BatchSizes(16, 8), 1);
        int rows = 0;
        int padding = 0;
        int longestWait = 0;
        int waited = 0;
        for (int batch = 0; batch < 2_000; batch++) {
            if (lopsided.waiting(Network.GUIDE) == 0) {
                rows(1, Role.GUIDE, lopsided);
            }
            while (lopsided.waiting(Network.DENOISER) < 16) {
                rows(1, Role.CONDITIONAL, lopsided);
            }
            Network next = lopsided.next(false).orElseThrow();
            int used = lopsided.take(next).size();
            rows += used;
            padding += next == Network.GUIDE ? 8 - used : 16 - used;
            waited = next == Network.GUIDE ? 0 : waited + used;
            longestWait = Math.max(longestWait, waited);
        }

        assertThat((double) padding / (rows + padding)).isBetween(0.005, 0.01);
        assertThat(longestWait).isLessThanOrEqualTo(100 * 7 + 16);
    }

    @Test
    void patienceBeginsAnewForRowsThatComeLater() {
        rows(100 * ROWS, Role.CONDITIONAL);
        for (int batch = 0; batch < 50; batch++) {
            makeCall();
        }
        rows(1, Role.GUIDE);

        assertThat(makeCall()).isEqualTo(Network.DENOISER);
    }

    @Test
    void guideGoesBeforeADenoiserCallThatItCouldHelpToFill() {
        rows(ROWS - 1, Role.CONDITIONAL);
        rows(1, Role.GUIDE);

        assertThat(makeCall()).isEqualTo(Network.GUIDE);
        assertThat(makeCall()).isEqualTo(Network.DENOISER);
    }

    @Test
    void fullCallsOfBothStagesTakeTurns() {
        rows(5 * ROWS, Role.CONDITIONAL);
        rows(5 * scheduler.rowsPerCall(Network.UPSAMPLER), Role.UPSAMPLE);

        for (int turn = 0; turn < 4; turn++) {
            assertThat(makeCall()).isEqualTo(Network.DENOISER);
            assertThat(makeCall()).isEqualTo(Network.UPSAMPLER);
        }
    }

    @Test
    void fullCallsOfAllOtherNetworksGoAheadOfTheStages() {
        rows(5 * ROWS, Role.CONDITIONAL);
        rows(ROWS, Role.UPSAMPLE);
        for (Role role : List.of(Role.DECODE, Role.GUIDE, Role.GUIDE_PROMPT, Role.PROMPT)) {
            rows(scheduler.rowsPerCall(networkOf(role)), role);
        }

        assertThat(List.of(makeCall(), makeCall(), makeCall(), makeCall()))
                .containsExactlyInAnyOrder(
                        Network.TEXT_ENCODER, Network.GUIDE_TEXT_ENCODER, Network.GUIDE, Network.DECODER);
    }

    @ParameterizedTest
    @EnumSource(
            value = Network.class,
            names = {"DENOISER"},
            mode = EnumSource.Mode.EXCLUDE)
    void lonelyRowOfAnyNetworkGoesBeforeAFullCallOfPaddingIsPaidFor(Network network) {
        Role role = Arrays.stream(Role.values())
                .filter(candidate -> networkOf(candidate) == network)
                .findFirst()
                .orElseThrow();
        BatchScheduler flooded = new BatchScheduler(new BatchSizes(16, 8), 2);
        rows(1, role, flooded);
        int left = 0;
        while (flooded.waiting(network) > 0) {
            while (flooded.waiting(Network.DENOISER) < 16) {
                rows(1, Role.CONDITIONAL, flooded);
            }
            left += flooded.take(flooded.next(true).orElseThrow()).size();
        }

        assertThat(left).isLessThanOrEqualTo(100 * (flooded.rowsPerCall(network) - 1) + 2 * 16);
    }

    @Test
    void ofTwoRowsThatNobodyJoinsTheOneThatLetMoreCallsPassGoesFirst() {
        rows(1_000 * ROWS, Role.CONDITIONAL);
        rows(1, Role.DECODE);
        assertThat(makeCall()).isEqualTo(Network.DENOISER);
        rows(1, Role.GUIDE);

        List<Network> others = new ArrayList<>();
        while (others.size() < 2) {
            Network made = makeCall();
            if (made != Network.DENOISER) {
                others.add(made);
            }
        }

        assertThat(others).containsExactly(Network.DECODER, Network.GUIDE);
    }

    @Test
    void startsNoMoreImagesThanTheNextCallHasRoomFor() {
        Job job = job(SimulatedBundleQueue.draft().withImages(10));
        scheduler.add(job);

        scheduler.startImages();
        assertThat(job.imagesStarted()).isEqualTo(ROWS);

        scheduler.take(Network.DENOISER);
        scheduler.startImages();
        assertThat(job.imagesStarted()).isEqualTo(2 * ROWS);
    }

    @Test
    void startsOldestFirstThenByDeadline() {
        Job late = entered(1, SimulatedBundleQueue.draft());
        Job relaxed = entered(0, SimulatedBundleQueue.draft());
        Job urgent = entered(0, SimulatedBundleQueue.draft().withDeadline(Instant.EPOCH));

        assertThat(startAll(late, relaxed, urgent)).containsExactly(urgent, relaxed, late);
    }

    @Test
    void startsInteractiveImagesThoughBatchRowsFillTheNextCall() {
        rows(3 * ROWS, Role.CONDITIONAL);
        Job interactive = job(SimulatedBundleQueue.draft().withPriority(Priority.INTERACTIVE));
        scheduler.add(interactive);

        scheduler.startImages();

        assertThat(scheduler.take(Network.DENOISER).getFirst().job()).isSameAs(interactive);
    }

    @Test
    void batchRowsGetOneOfEightWhileInteractiveWorkAboundsHoweverSmallTheCall() {
        for (int rowsPerCall : List.of(1, 3, ROWS, 16)) {
            BatchScheduler crowded = new BatchScheduler(new BatchSizes(rowsPerCall, 1), 1);
            crowded.add(job(SimulatedBundleQueue.draft().withImages(1_000).withPriority(Priority.INTERACTIVE)));
            crowded.add(job(SimulatedBundleQueue.draft().withImages(1_000)));
            int rows = 0;
            int batchRows = 0;
            while (rows < 480) {
                crowded.startImages();
                for (Row row : crowded.take(Network.DENOISER)) {
                    rows++;
                    batchRows += row.priority() == Priority.BATCH ? 1 : 0;
                }
            }
            assertThat((double) batchRows / rows)
                    .as("share of batch rows in calls of %d", rowsPerCall)
                    .isBetween(0.1, 0.13);
        }
    }

    @Test
    void tenantsShareByPlannedEvaluationsNotByRequests() {
        Job small = job(SimulatedBundleQueue.draft()
                .withTenant("small")
                .withImages(1_000)
                .withSampler(SamplerSettings.ddpm(10)));
        Job large = job(SimulatedBundleQueue.draft()
                .withTenant("large")
                .withImages(1_000)
                .withSampler(SamplerSettings.ddpm(90)));
        scheduler.add(large);
        scheduler.add(small);

        for (int batch = 0; batch < 100; batch++) {
            scheduler.startImages();
            scheduler.take(Network.DENOISER);
        }

        assertThat((double) small.imagesStarted() / large.imagesStarted()).isBetween(8.0, 10.0);
    }

    @Test
    void tenantWithOneImageIsNotHeldUpByTheOthersBacklog() {
        scheduler.add(job(SimulatedBundleQueue.draft().withTenant("flood").withImages(10_000)));
        scheduler.startImages();
        Job lone = job(SimulatedBundleQueue.draft().withTenant("lone"));
        scheduler.add(lone);
        long started = 0;

        while (lone.imagesStarted() == 0) {
            scheduler.startImages();
            started += scheduler.take(Network.DENOISER).size() * lone.evaluationsPerImage();
        }

        assertThat(started).isLessThanOrEqualTo(FairImageQueue.lead(lone.evaluationsPerImage()));
    }

    @Test
    void forgetsRowsAndImagesOfADroppedJob() {
        Job dropped = job(SimulatedBundleQueue.draft().withImages(10));
        Job kept = job(SimulatedBundleQueue.draft());
        scheduler.add(dropped);
        scheduler.add(kept);
        scheduler.startImages();

        scheduler.drop(dropped);
        scheduler.startImages();

        assertThat(scheduler.take(Network.DENOISER)).extracting(Row::job).containsExactly(kept);
        assertThat(scheduler.hasRows()).isFalse();
        assertThat(scheduler.workWaits()).isFalse();
    }

    @Test
    void smallerCallsTakeFewerRows() {
        rows(ROWS, Role.CONDITIONAL);

        scheduler.resize(Network.DENOISER, ROWS / 2);

        assertThat(scheduler.take(Network.DENOISER)).hasSize(ROWS / 2);
    }

    private static Network networkOf(Role role) {
        return new Row(
                        new SimulatedBundleQueue(1, 1)
                                .job(SimulatedBundleQueue.draft())
                                .job()
                                .contexts(),
                        role)
                .network();
    }

    private Network makeCall() {
        Optional<Network> next = scheduler.next(false);
        scheduler.take(next.orElseThrow());
        return next.orElseThrow();
    }

    private List<Row> rows(int count, Role role) {
        return rows(count, role, scheduler);
    }

    private List<Row> rows(int count, Role role, BatchScheduler into) {
        Job job = job(SimulatedBundleQueue.draft().withImages(count));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row(job.startNextImage(), role));
        }
        rows.forEach(into::add);
        return rows;
    }

    private List<Job> startAll(Job... jobs) {
        for (Job job : jobs) {
            scheduler.add(job);
        }
        scheduler.startImages();
        return scheduler.take(Network.DENOISER).stream().map(Row::job).toList();
    }

    private Job entered(long round, RequestDraft draft) {
        Job job = job(draft);
        job.enter(round);
        return job;
    }

    private Job job(RequestDraft draft) {
        return simulated.job(draft).job();
    }
}
