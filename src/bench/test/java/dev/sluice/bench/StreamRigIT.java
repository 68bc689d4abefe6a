package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs what the bench runs, with counts so small that the figures mean nothing. */
@Timeout(300)
class StreamRigIT {
    @Test
    void givesEachRequestOneCompletionAndOneCost() throws InterruptedException {
        try (StreamRig rig = new StreamRig(NullModel.bundle(8), () -> {}, 500)) {
            // The rig itself refuses anything but exactly one of each, earlier rounds included.
            assertThat(rig.run(300)).isPositive();
            assertThat(rig.run(200)).isPositive();
        }
    }

    @Test
    void measuresARateForEachRoundAndWhereTheTimeGoes() throws InterruptedException {
        StreamThroughput.Result result = StreamThroughput.measure(100, 100, 3, 8);

        assertThat(result.rounds())
                .hasSize(3)
                .allSatisfy(rate -> assertThat(rate).isPositive());
        assertThat(result.rounds()).contains(result.requestsPerSecond());
        assertThat(result.cpuMicrosPerRequest())
                .containsKeys("broker", "engine", "finisher", "stream thread", "producer");
    }

    @Test
    void samplesMemoryAndHandlesTwice() throws InterruptedException {
        MemoryGrowth.Result result = MemoryGrowth.measure(NullModel.bundle(8), () -> {}, 50, 200);

        assertThat(result.first().rssBytes()).isGreaterThan(result.first().heapUsedBytes());
        assertThat(result.last().handles()).isPositive();
        assertThat(result.handleGrowth()).isLessThan(20);
    }
}
