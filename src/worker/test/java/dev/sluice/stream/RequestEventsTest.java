package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.BatchObserver;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestEventsTest {
    @TempDir
    private Path folder = Path.of("");

    private final Recorder recorder = new Recorder();
    private SimulatedWorker worker;

    @BeforeEach
    void start() throws InterruptedException {
        worker = new SimulatedWorker(folder, recorder, BatchObserver.NONE);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void hearsOfASettlementOnceItIsCommitted() {
        worker.request(Requests.plain("r-1").build());
        worker.settleAll();

        assertThat(recorder.settled).hasSize(1).allMatch(Outcome.Completed.class::isInstance);
        assertThat(recorder.incurred).hasSameSizeAs(worker.charged());
        assertThat(recorder.incurred.stream()
                        .mapToLong(CostIncurred::getDeviceNanos)
                        .sum())
                .isEqualTo(worker.charged().stream()
                        .mapToLong(CostIncurred::getDeviceNanos)
                        .sum());
    }

    @Test
    void hearsNothingOfASettlementThatIsAborted() {
        worker.request(Requests.plain("r-1").setImages(0).build());
        worker.request(Requests.plain("r-2").setModel("no-such").build());

        worker.state.transactions().aborted();
        worker.punctuate();

        assertThat(worker.outcomes()).isEqualTo(2);
        assertThat(recorder.settled).isEmpty();
        assertThat(recorder.refused).isEmpty();
    }

    @Test
    void hearsHowOldARequestWasWhenItWasTakenAndWhenItWasSettled() {
        GenerationRequested request = Requests.plain("r-1").build();
        worker.requestPublished(request, Duration.ofSeconds(90));
        worker.settleAll();

        assertThat(recorder.taken).containsExactly(Duration.ofSeconds(90));
        RequestEvent.Ages ages = recorder.ages.getFirst();
        assertThat(ages.sincePublished().minus(ages.sinceAccepted())).isEqualTo(Duration.ofSeconds(90));
        assertThat(ages.sinceFinished()).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    void aRequestFromAClockAheadIsNotYoungerThanNothing() {
        worker.requestPublished(Requests.plain("r-1").build(), Duration.ofSeconds(-90));

        assertThat(recorder.taken).containsExactly(Duration.ZERO);
    }

    @Test
    void hearsOfRefusals() {
        worker.request(Requests.plain("r-1").setImages(0).build());
        worker.request(Requests.plain("r-2").setModel("no-such").build());
        worker.punctuate();

        assertThat(recorder.refused).extracting(Refusal::code).containsExactly(FailureCode.IMAGES_OUT_OF_RANGE);
        assertThat(recorder.settled)
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(FailureCode.MODEL_UNKNOWN));
    }

    @Test
    void aRequestIsUnsettledFromItsAcceptanceUntilItsOutcome() {
        worker.images.hold();
        worker.request(Requests.plain("r-1").build());
        worker.settleUntil(() -> worker.engine.imagesInside() == 0);

        assertThat(worker.state.unsettled().count()).as("being stored").isEqualTo(1);
        assertThat(worker.state.unsettled().oldest())
                .contains(worker.pending().getFirst().getAcceptedAt());
        worker.images.letThrough();
        worker.settleAll();

        assertThat(worker.state.unsettled().count()).isZero();
        assertThat(worker.state.unsettled().oldest()).isEmpty();
    }

    @Test
    void aTaskThatGoesTakesItsRequestsAlong() throws InterruptedException {
        worker.images.hold();
        worker.request(Requests.plain("r-1").build());
        assertThat(worker.state.unsettled().count()).isEqualTo(1);

        worker.close();

        assertThat(worker.state.unsettled().count()).isZero();
        worker = new SimulatedWorker(folder.resolve("next"), recorder, BatchObserver.NONE);
    }

    @Test
    void deadLettersAreCountedByWhatIsWrong() {
        worker.requestBytes("r-1", new byte[] {1, 2, 3}, new RecordHeaders());
        worker.request("other-key", Requests.plain("r-2").build(), new RecordHeaders());

        assertThat(worker.deadLetterCounts.undecodable()).isEqualTo(1);
        assertThat(worker.deadLetterCounts.unanswerable()).isEqualTo(1);
        assertThat(DeadLetterCounts.in(Map.of()).undecodable()).isZero();
    }

    private static final class Recorder implements RequestListener {
        final List<Outcome> settled = new ArrayList<>();
        final List<RequestEvent.Ages> ages = new ArrayList<>();
        final List<Refusal> refused = new ArrayList<>();
        final List<Duration> taken = new ArrayList<>();
        final List<CostIncurred> incurred = new ArrayList<>();

        /** On the stream's thread alone, as far as these go. */
        @Override
        public void on(RequestEvent event) {
            if (event instanceof RequestEvent.Settled end) {
                settled.add(end.outcome());
                ages.add(end.ages());
            } else if (event instanceof RequestEvent.Refused refusal) {
                refused.add(refusal.refusal());
            } else if (event instanceof RequestEvent.Taken first) {
                taken.add(first.age());
            } else if (event instanceof RequestEvent.Incurred cost) {
                incurred.add(cost.charge());
            }
        }
    }
}
