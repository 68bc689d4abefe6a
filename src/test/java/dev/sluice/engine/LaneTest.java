package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Call.Network;
import dev.sluice.engine.Row.Role;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final int PATIENCE = 3;

    private final SimulatedLane simulated = new SimulatedLane(4, 2, PATIENCE);
    private final Lane lane = simulated.lane;

    @Test
    void callsNothingWhileNothingWaits() {
        assertThat(lane.nextCall()).isEmpty();
    }

    @Test
    void fullGuideCallGoesFirst() {
        add(4, Role.CONDITIONAL);
        add(2, Role.GUIDE);

        assertThat(next()).isEqualTo(Network.GUIDE);
    }

    @Test
    void guideRowsWaitForCompanyWhileDenoiserCallsAreFull() {
        add(8, Role.CONDITIONAL);
        add(1, Role.GUIDE);

        assertThat(next()).isEqualTo(Network.DENOISER);
        assertThat(next()).isEqualTo(Network.DENOISER);
        assertThat(next()).isEqualTo(Network.GUIDE);
    }

    @Test
    void guideRowsWaitNoLongerThanTheirPatience() {
        add(100, Role.CONDITIONAL);
        add(1, Role.GUIDE);

        for (int call = 0; call < PATIENCE; call++) {
            assertThat(next()).isEqualTo(Network.DENOISER);
        }
        assertThat(next()).isEqualTo(Network.GUIDE);
    }

    @Test
    void guideGoesBeforeADenoiserCallThatItCouldHelpToFill() {
        add(3, Role.CONDITIONAL);
        add(1, Role.GUIDE);

        assertThat(next()).isEqualTo(Network.GUIDE);
        assertThat(next()).isEqualTo(Network.DENOISER);
    }

    @Test
    void wantsImagesUntilTheNextDenoiserCallIsFull() {
        add(3, Role.CONDITIONAL);
        add(5, Role.GUIDE);
        assertThat(lane.wantsImages()).isTrue();

        add(1, Role.UNCONDITIONAL);
        assertThat(lane.wantsImages()).isFalse();
    }

    @Test
    void warmsUpEachNetworkWithPaddingOnly() {
        assertThat(lane.warmUpCalls())
                .allMatch(call -> call.rows().isEmpty())
                .extracting(Call::network)
                .containsExactly(Network.DENOISER, Network.GUIDE);
    }

    private Network next() {
        return lane.nextCall().orElseThrow().network();
    }

    private void add(int count, Role role) {
        Job job = simulated.job(SimulatedLane.draft().withImages(count)).job();
        for (int i = 0; i < count; i++) {
            lane.add(new Row(job.startNextImage(), role));
        }
    }
}
