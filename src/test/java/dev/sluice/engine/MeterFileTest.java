package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.MeterFile.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeterFileTest {
    private static final Instant START = Instant.ofEpochMilli(1_700_000_000_000L);

    @TempDir
    private Path state;

    @Test
    void hasTheTotalsWithoutEverBeingClosed() {
        MeterFile meter = create("sluice", 0);
        meter.spent(5, 0);
        meter.spent(5, 1L << 40);

        assertThat(MeterFile.readAll(state))
                .containsExactly(new Reading(
                        state.resolve("device-time").resolve("1700000000000.meter"),
                        "sluice",
                        "worker-0",
                        START,
                        5,
                        1L << 40,
                        true));
        meter.close();
    }

    @Test
    void isDeadOnceItsOwnerLetsGo() {
        MeterFile meter = create("sluice", 0);
        meter.spent(2, 1);
        meter.close();

        assertThat(MeterFile.readAll(state)).singleElement().satisfies(reading -> {
            assertThat(reading.alive()).isFalse();
            assertThat(reading.spentNanos()).isEqualTo(3);
        });
    }

    @Test
    void claimsTheDeadOfItsDeploymentAlone() {
        create("sluice", 0).close();
        create("other", 1).close();
        MeterFile alive = create("sluice", 2);
        MeterFile own = create("sluice", 3);

        List<DeadMeter> dead = own.claimDead();

        assertThat(dead)
                .singleElement()
                .satisfies(meter -> assertThat(meter.reading().process()).isEqualTo("worker-0"));
        dead.forEach(DeadMeter::delete);
        assertThat(processes()).containsExactly("worker-1", "worker-2", "worker-3");
        alive.close();
        own.close();
    }

    @Test
    void claimsNoDeadFileThatAnotherHasClaimed() {
        create("sluice", 0).close();
        MeterFile first = create("sluice", 1);
        MeterFile second = create("sluice", 2);

        List<DeadMeter> dead = first.claimDead();

        assertThat(second.claimDead()).isEmpty();
        dead.forEach(DeadMeter::close);
        assertThat(second.claimDead()).hasSize(1);
        first.close();
        second.close();
    }

    @Test
    void leavesOutWhatIsNoMeterFile() throws IOException {
        create("sluice", 0).close();
        Path folder = state.resolve("device-time");
        Files.write(folder.resolve("1.meter"), new byte[0]);
        Files.write(folder.resolve("2.meter"), new byte[4096]);
        byte[] bytes = Files.readAllBytes(folder.resolve("1700000000000.meter"));
        // The length of the application id.
        bytes[32] = 127;
        Files.write(folder.resolve("3.meter"), bytes);
        MeterFile own = create("sluice", 1);

        assertThat(processes()).containsExactly("worker-0", "worker-1");
        assertThat(own.claimDead()).hasSize(1);
        own.close();
    }

    @Test
    void refusesAStateDirectoryThatCannotBeUsed() throws IOException {
        Path file = Files.createFile(state.resolve("file"));

        assertThatThrownBy(() -> MeterFile.create(file, "sluice", "worker", START))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the state directory can't be used");
    }

    @Test
    void knowsOfEachCallBeforeItIsCharged() {
        MeterFile file = create("sluice", 0);
        DeviceMeter meter = new DeviceMeter(file);

        meter.charged(Network.DENOISER, 7);
        meter.wasted(Network.GUIDE, 4);
        meter.charged(Network.DENOISER, 1);

        assertThat(MeterFile.readAll(state)).singleElement().satisfies(reading -> {
            assertThat(reading.denoiserNanos()).isEqualTo(8);
            assertThat(reading.guideNanos()).isEqualTo(4);
            assertThat(reading.spentNanos()).isEqualTo(meter.deviceNanos());
        });
        file.close();
    }

    private MeterFile create(String applicationId, int number) {
        return MeterFile.create(state, applicationId, "worker-" + number, START.plusMillis(number));
    }

    private List<String> processes() {
        return MeterFile.readAll(state).stream().map(Reading::process).toList();
    }
}
