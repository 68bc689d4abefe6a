package dev.sluice.engine.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.metering.MeterFile.Reading;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
        meter.spent(Network.DENOISER, 5);
        meter.spent(Network.DECODER, 1L << 40);

        assertThat(MeterFile.readAll(state))
                .containsExactly(new Reading(
                        state.resolve("device-time").resolve("1700000000000.meter"),
                        "sluice",
                        "worker-0",
                        START,
                        PerNetwork.of(Network.DENOISER, 5).with(Network.DECODER, 1L << 40),
                        true));
        meter.close();
    }

    @Test
    void isDeadOnceItsOwnerLetsGo() {
        MeterFile meter = create("sluice", 0);
        meter.spent(Network.DENOISER, 2);
        meter.spent(Network.TEXT_ENCODER, 1);
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
        bytes[8 + 8 * Network.values().length + 8] = 127;
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
            assertThat(reading.nanos())
                    .isEqualTo(PerNetwork.of(Network.DENOISER, 8).with(Network.GUIDE, 4));
            assertThat(reading.spentNanos()).isEqualTo(meter.deviceNanos());
        });
        file.close();
    }

    @Test
    void readsWhatAReleaseLeftThatKnewTwoNetworks() throws IOException {
        Path folder = Files.createDirectories(state.resolve("device-time"));
        ByteBuffer bytes = ByteBuffer.allocate(4096)
                .putInt(0x534C5549)
                .putInt(1)
                .putLong(30)
                .putLong(12)
                .putLong(START.toEpochMilli());
        for (String text : List.of("sluice", "worker-old")) {
            bytes.putInt(text.length()).put(text.getBytes(StandardCharsets.UTF_8));
        }
        Files.write(folder.resolve("1.meter"), bytes.array());

        assertThat(MeterFile.readAll(state)).singleElement().satisfies(reading -> {
            assertThat(reading.process()).isEqualTo("worker-old");
            assertThat(reading.startedAt()).isEqualTo(START);
            assertThat(reading.nanos())
                    .isEqualTo(PerNetwork.of(Network.DENOISER, 30).with(Network.GUIDE, 12));
        });
    }

    private MeterFile create(String applicationId, int number) {
        return MeterFile.create(state, applicationId, "worker-" + number, START.plusMillis(number));
    }

    private List<String> processes() {
        return MeterFile.readAll(state).stream().map(Reading::process).toList();
    }
}
