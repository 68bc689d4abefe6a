package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairImageQueueTest {
    private final SimulatedBundleQueue simulated = new SimulatedBundleQueue(4, 4);
    private final FairImageQueue<Trajectory> rounds = new FairImageQueue<>();

    @Test
    void startsATenantsImagesInTheOrderOfArrival() {
        Job first = add("a", 10, 2);
        Job second = add("a", 10, 1);

        assertThat(startAll()).containsExactly(first, first, second);
    }

    @Test
    void startsWithWhoCameFirst() {
        Job first = add("a", 90, 1);
        Job second = add("b", 90, 1);

        assertThat(startAll()).containsExactlyInAnyOrder(first, second);
        Job third = add("c", 10, 1);
        add("d", 10, 1);

        assertThat(rounds.startNext().job()).isSameAs(third);
    }

    @Test
    void imagesLargerThanTheQuantumStartAfterSomeRounds() {
        Job large = add("a", 100, 2);

        assertThat(startAll()).containsExactly(large, large);
    }

    @Test
    void tenantThatComesBackHasSavedNothingUp() {
        add("a", 10, 1);
        Job flood = add("b", 10, 100);
        startAll();

        Job back = add("a", 10, 100);
        rounds.add(flooding(flood));
        List<Job> started = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            started.add(rounds.startNext().job());
        }

        assertThat(started.stream().filter(job -> job == back).count()).isBetween(14L, 26L);
    }

    @Test
    void isEmptyOnceEveryImageHasStartedOrItsJobWasRemoved() {
        Job removed = add("a", 10, 3);
        add("b", 10, 1);
        rounds.remove(removed);
        rounds.remove(removed);
        startAll();

        assertThat(rounds.isEmpty()).isTrue();
    }

    private Job flooding(Job like) {
        return job(like.request().tenant().value(), 10, 100);
    }

    private List<Job> startAll() {
        List<Job> started = new ArrayList<>();
        while (!rounds.isEmpty()) {
            started.add(rounds.startNext().job());
        }
        return started;
    }

    private Job add(String tenant, int steps, int images) {
        Job job = job(tenant, steps, images);
        rounds.add(job);
        return job;
    }

    private Job job(String tenant, int steps, int images) {
        return simulated
                .job(SimulatedBundleQueue.draft()
                        .withTenant(tenant)
                        .withImages(images)
                        .withSampler(SamplerSettings.ddpm(steps)))
                .job();
    }
}
