package dev.sluice.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scheduling.WaitingJob.OneRow;
import dev.sluice.engine.scheduling.WaitingJob.Terms;
import dev.sluice.request.Network;
import dev.sluice.request.Priority;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchSchedulerTest {
    private static final int ROWS = 4;
    private static final int GUIDE_ROWS = 2;
    private static final int PATIENCE = 3;

    private long arrivals;
    private final BatchScheduler<OneRow> scheduler = new BatchScheduler<>(new BatchSizes(ROWS, GUIDE_ROWS), PATIENCE);

    @Test
    void schedulesNothingWhileNothingWaits() {
        assertThat(scheduler.next(false)).isEmpty();
    }

    @Test
    void waitsForTheBatchUnderWayBeforeItMakesOneThatIsNotFull() {
        rows(ROWS - 1, Network.DENOISER);

        assertThat(scheduler.next(true)).isEmpty();
        assertThat(scheduler.next(false)).contains(Network.DENOISER);
    }

    @Test
    void rowsThatDoNotFitGoFirstIntoTheNextBatch() {
        List<OneRow> rows = rows(ROWS + 2, Network.DENOISER);
        List<OneRow> later = rows(3, Network.DENOISER);

        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(rows.subList(0, ROWS));
        assertThat(scheduler.take(Network.DENOISER))
                .containsExactly(rows.get(ROWS), rows.get(ROWS + 1), later.get(0), later.get(1));
    }

    @Test
    void rowsPutBackGoAheadOfAllOthersInTheirOldOrder() {
        List<OneRow> rows = rows(ROWS, Network.DENOISER);
        List<OneRow> later = rows(ROWS, Network.DENOISER);

        scheduler.putBack(scheduler.take(Network.DENOISER));

        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(rows);
        assertThat(scheduler.take(Network.DENOISER)).isEqualTo(later);
    }

    @Test
    void fullGuideBatchGoesFirst() {
        rows(ROWS, Network.DENOISER);
        rows(GUIDE_ROWS, Network.GUIDE);

        assertThat(scheduler.next(false)).contains(Network.GUIDE);
    }

    @Test
    void guideRowsWaitForCompanyWhileDenoiserBatchesAreFull() {
        rows(100 * ROWS, Network.DENOISER);
        for (int batch = 0; batch < 50; batch++) {
            makeBatch();
        }
        rows(1, Network.GUIDE);

        for (int batch = 0; batch < PATIENCE; batch++) {
            assertThat(makeBatch()).isEqualTo(Network.DENOISER);
        }
        assertThat(makeBatch()).isEqualTo(Network.GUIDE);
        assertThat(makeBatch()).isEqualTo(Network.DENOISER);
    }

    @Test
    void paddingStaysBelowOneInAHundredWhileDenoiserBatchesAreFull() {
        BatchScheduler<OneRow> lopsided = new BatchScheduler<>(new BatchSizes(16, 8), 1);
        int rows = 0;
        int padding = 0;
        int longestWait = 0;
        int waited = 0;
        for (int batch = 0; batch < 2_000; batch++) {
            if (lopsided.waiting(Network.GUIDE) == 0) {
                rows(1, Network.GUIDE, lopsided);
            }
            while (lopsided.waiting(Network.DENOISER) < 16) {
                rows(1, Network.DENOISER, lopsided);
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
        rows(100 * ROWS, Network.DENOISER);
        for (int batch = 0; batch < 50; batch++) {
            makeBatch();
        }
        rows(1, Network.GUIDE);

        assertThat(makeBatch()).isEqualTo(Network.DENOISER);
    }

    @Test
    void guideGoesBeforeADenoiserBatchThatItCouldHelpToFill() {
        rows(ROWS - 1, Network.DENOISER);
        rows(1, Network.GUIDE);

        assertThat(makeBatch()).isEqualTo(Network.GUIDE);
        assertThat(makeBatch()).isEqualTo(Network.DENOISER);
    }

    @Test
    void fullBatchesOfBothStagesTakeTurns() {
        rows(5 * ROWS, Network.DENOISER);
        rows(5 * scheduler.batchSize(Network.UPSAMPLER), Network.UPSAMPLER);

        for (int turn = 0; turn < 4; turn++) {
            assertThat(makeBatch()).isEqualTo(Network.DENOISER);
            assertThat(makeBatch()).isEqualTo(Network.UPSAMPLER);
        }
    }

    @Test
    void fullBatchesOfAllOtherNetworksGoAheadOfTheStages() {
        rows(5 * ROWS, Network.DENOISER);
        rows(ROWS, Network.UPSAMPLER);
        for (Network network :
                List.of(Network.DECODER, Network.GUIDE, Network.GUIDE_TEXT_ENCODER, Network.TEXT_ENCODER)) {
            rows(scheduler.batchSize(network), network);
        }

        assertThat(List.of(makeBatch(), makeBatch(), makeBatch(), makeBatch()))
                .containsExactlyInAnyOrder(
                        Network.TEXT_ENCODER, Network.GUIDE_TEXT_ENCODER, Network.GUIDE, Network.DECODER);
    }

    @ParameterizedTest
    @EnumSource(
            value = Network.class,
            names = {"DENOISER"},
            mode = EnumSource.Mode.EXCLUDE)
    void lonelyRowOfAnyNetworkGoesBeforeAFullBatchOfPaddingIsPaidFor(Network network) {
        BatchScheduler<OneRow> flooded = new BatchScheduler<>(new BatchSizes(16, 8), 2);
        rows(1, network, flooded);
        int left = 0;
        while (flooded.waiting(network) > 0) {
            while (flooded.waiting(Network.DENOISER) < 16) {
                rows(1, Network.DENOISER, flooded);
            }
            left += flooded.take(flooded.next(true).orElseThrow()).size();
        }

        assertThat(left).isLessThanOrEqualTo(100 * (flooded.batchSize(network) - 1) + 2 * 16);
    }

    @Test
    void ofTwoRowsThatNobodyJoinsTheOneThatLetMoreBatchesPassGoesFirst() {
        rows(1_000 * ROWS, Network.DENOISER);
        rows(1, Network.DECODER);
        assertThat(makeBatch()).isEqualTo(Network.DENOISER);
        rows(1, Network.GUIDE);

        List<Network> others = new ArrayList<>();
        while (others.size() < 2) {
            Network made = makeBatch();
            if (made != Network.DENOISER) {
                others.add(made);
            }
        }

        assertThat(others).containsExactly(Network.DECODER, Network.GUIDE);
    }

    @Test
    void startsNoMoreImagesThanTheNextBatchHasRoomFor() {
        WaitingJob job = job(Terms.USUAL.withImages(10));
        scheduler.add(job);

        scheduler.startImages();
        assertThat(job.imagesStarted()).isEqualTo(ROWS);

        scheduler.take(Network.DENOISER);
        scheduler.startImages();
        assertThat(job.imagesStarted()).isEqualTo(2 * ROWS);
    }

    @Test
    void startsOldestFirstThenByDeadline() {
        WaitingJob late = entered(1, Terms.USUAL);
        WaitingJob relaxed = entered(0, Terms.USUAL);
        WaitingJob urgent = entered(0, Terms.USUAL.withDeadline(Instant.EPOCH));

        assertThat(startAll(late, relaxed, urgent)).containsExactly(urgent, relaxed, late);
    }

    @Test
    void startsInteractiveImagesThoughBatchRowsFillTheNextBatch() {
        rows(3 * ROWS, Network.DENOISER);
        WaitingJob interactive = job(Terms.USUAL.withPriority(Priority.INTERACTIVE));
        scheduler.add(interactive);

        scheduler.startImages();

        assertThat(scheduler.take(Network.DENOISER).getFirst().job()).isSameAs(interactive);
    }

    @Test
    void batchRowsGetOneOfEightWhileInteractiveWorkAboundsHoweverSmallTheBatch() {
        for (int batchSize : List.of(1, 3, ROWS, 16)) {
            BatchScheduler<OneRow> crowded = new BatchScheduler<>(new BatchSizes(batchSize, 1), 1);
            crowded.add(job(Terms.USUAL.withImages(1_000).withPriority(Priority.INTERACTIVE)));
            crowded.add(job(Terms.USUAL.withImages(1_000)));
            int rows = 0;
            int batchRows = 0;
            while (rows < 480) {
                crowded.startImages();
                for (OneRow row : crowded.take(Network.DENOISER)) {
                    rows++;
                    batchRows += row.job().priority() == Priority.BATCH ? 1 : 0;
                }
            }
            assertThat((double) batchRows / rows)
                    .as("share of batch rows in batches of %d", batchSize)
                    .isBetween(0.1, 0.13);
        }
    }

    @Test
    void tenantsShareByPlannedEvaluationsNotByRequests() {
        WaitingJob small = job(Terms.USUAL.withTenant("small").withImages(1_000).withEvaluations(10));
        WaitingJob large = job(Terms.USUAL.withTenant("large").withImages(1_000).withEvaluations(90));
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
        scheduler.add(job(Terms.USUAL.withTenant("flood").withImages(10_000)));
        scheduler.startImages();
        WaitingJob lone = job(Terms.USUAL.withTenant("lone"));
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
        WaitingJob dropped = job(Terms.USUAL.withImages(10));
        WaitingJob kept = job(Terms.USUAL);
        scheduler.add(dropped);
        scheduler.add(kept);
        scheduler.startImages();

        scheduler.drop(dropped);
        scheduler.startImages();

        assertThat(scheduler.take(Network.DENOISER)).extracting(OneRow::job).containsExactly(kept);
        assertThat(scheduler.hasRows()).isFalse();
        assertThat(scheduler.workWaits()).isFalse();
    }

    @Test
    void smallerBatchesTakeFewerRows() {
        rows(ROWS, Network.DENOISER);

        scheduler.resize(Network.DENOISER, ROWS / 2);

        assertThat(scheduler.take(Network.DENOISER)).hasSize(ROWS / 2);
    }

    private Network makeBatch() {
        Optional<Network> next = scheduler.next(false);
        scheduler.take(next.orElseThrow());
        return next.orElseThrow();
    }

    private List<OneRow> rows(int count, Network network) {
        return rows(count, network, scheduler);
    }

    private List<OneRow> rows(int count, Network network, BatchScheduler<OneRow> into) {
        WaitingJob job = job(Terms.USUAL.withImages(count).withNetwork(network));
        List<OneRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(job.row());
        }
        rows.forEach(into::add);
        return rows;
    }

    private List<WaitingJob> startAll(WaitingJob... jobs) {
        for (WaitingJob job : jobs) {
            scheduler.add(job);
        }
        scheduler.startImages();
        return scheduler.take(Network.DENOISER).stream().map(OneRow::job).toList();
    }

    private WaitingJob entered(long round, Terms terms) {
        WaitingJob job = job(terms);
        job.enter(round);
        return job;
    }

    private WaitingJob job(Terms terms) {
        return new WaitingJob(terms, arrivals++);
    }
}
