package dev.sluice.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scheduling.WaitingJob.OneRow;
import dev.sluice.engine.scheduling.WaitingJob.Terms;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairImageQueueTest {
    private long arrivals;
    private final FairImageQueue<List<OneRow>> images = new FairImageQueue<>();

    @Test
    void startsATenantsImagesInTheOrderOfArrival() {
        WaitingJob first = add("a", 10, 2);
        WaitingJob second = add("a", 10, 1);

        assertThat(startAll()).containsExactly(first, first, second);
    }

    @Test
    void startsWithWhoCameFirst() {
        WaitingJob first = add("a", 90, 1);
        WaitingJob second = add("b", 90, 1);

        assertThat(startAll()).containsExactlyInAnyOrder(first, second);
        WaitingJob third = add("c", 10, 1);
        add("d", 10, 1);

        assertThat(images.startNext().getFirst().job()).isSameAs(third);
    }

    @Test
    void imagesLargerThanTheQuantumStartAfterSomeRounds() {
        WaitingJob large = add("a", 100, 2);

        assertThat(startAll()).containsExactly(large, large);
    }

    @Test
    void tenantThatComesBackHasSavedNothingUp() {
        add("a", 10, 1);
        WaitingJob flood = add("b", 10, 100);
        startAll();

        WaitingJob back = add("a", 10, 100);
        images.add(flooding(flood));
        List<WaitingJob> started = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            started.add(images.startNext().getFirst().job());
        }

        assertThat(started.stream().filter(job -> job == back).count()).isBetween(14L, 26L);
    }

    @Test
    void isEmptyOnceEveryImageHasStartedOrItsJobWasRemoved() {
        WaitingJob removed = add("a", 10, 3);
        add("b", 10, 1);
        images.remove(removed);
        images.remove(removed);
        startAll();

        assertThat(images.isEmpty()).isTrue();
    }

    private WaitingJob flooding(WaitingJob like) {
        return job(like.tenant().value(), 10, 100);
    }

    private List<WaitingJob> startAll() {
        List<WaitingJob> started = new ArrayList<>();
        while (!images.isEmpty()) {
            started.add(images.startNext().getFirst().job());
        }
        return started;
    }

    private WaitingJob add(String tenant, int evaluations, int images) {
        WaitingJob job = job(tenant, evaluations, images);
        this.images.add(job);
        return job;
    }

    private WaitingJob job(String tenant, int evaluations, int images) {
        return new WaitingJob(
                Terms.USUAL.withTenant(tenant).withEvaluations(evaluations).withImages(images), arrivals++);
    }
}
