package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingJobsTest {
    private final SimulatedLane simulated = new SimulatedLane(4, 4, 4);
    private final WaitingJobs waiting = new WaitingJobs();
    private final List<Job> started = new ArrayList<>();

    @Test
    void startsInTheOrderOfArrival() {
        Job first = add(SimulatedLane.draft());
        Job second = add(SimulatedLane.draft());

        startImages();

        assertThat(started).containsExactly(first, second);
    }

    @Test
    void startsInteractiveJobsBeforeBatchJobs() {
        Job batch = add(SimulatedLane.draft());
        Job interactive = add(SimulatedLane.draft().withPriority(Priority.INTERACTIVE));

        startImages();

        assertThat(started).containsExactly(interactive, batch);
    }

    @Test
    void startsAllImagesOfAJobBeforeTheNextJob() {
        Job first = add(SimulatedLane.draft().withImages(3));
        Job second = add(SimulatedLane.draft());

        startImages();

        assertThat(started).containsExactly(first, first, first, second);
    }

    @Test
    void startsNoMoreThanTheNextCallHasRoomFor() {
        add(SimulatedLane.draft().withImages(10));

        startImages();

        assertThat(started).hasSize(4);
    }

    @Test
    void goesOnWhereItStoppedWhenRoomComesFree() {
        Job job = add(SimulatedLane.draft().withImages(6));
        startImages();

        simulated.lane.nextCall();
        startImages();
        simulated.lane.nextCall();
        startImages();

        assertThat(started).hasSize(6).containsOnly(job);
    }

    @Test
    void startsNoImageOfARemovedJob() {
        waiting.remove(add(SimulatedLane.draft()));

        startImages();

        assertThat(started).isEmpty();
    }

    @Test
    void fullLaneDoesNotHoldUpAnother() {
        EngineSettings settings = new EngineSettings(4, 4, 4, 64, Duration.ofSeconds(1));
        Lane other = new Lane(simulated.device.bundle("other", false), settings);
        add(SimulatedLane.draft().withImages(10));
        Job behind = new WatchedJob(SimulatedLane.draft().withModel("other"), "behind", other, 0, 99).job();
        waiting.add(behind);

        startImages();

        assertThat(started).hasSize(5).endsWith(behind);
    }

    private Job add(RequestDraft draft) {
        Job job = simulated.job(draft).job();
        waiting.add(job);
        return job;
    }

    private void startImages() {
        waiting.startImages(trajectory -> {
            started.add(trajectory.job());
            trajectory.requestRows(trajectory.job().lane()::add);
        });
    }
}
