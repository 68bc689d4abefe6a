package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CheckpointFormatTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final byte[] SNAPSHOT = "x at step 7".getBytes(StandardCharsets.UTF_8);
    private static final CheckpointAddress ADDRESS = address("hash", "cpu");

    private final byte[] object = CheckpointFormat.write(ADDRESS, NOON, SNAPSHOT);

    @Test
    void readsWhatItWrote() {
        assertThat(CheckpointFormat.read(ADDRESS, NOON, object)).isEqualTo(SNAPSHOT);
    }

    @Test
    void refusesAnObjectWithAnyByteChanged() {
        for (int i = 0; i < object.length; i++) {
            byte[] changed = object.clone();
            changed[i] ^= 1;
            requireRefused("corrupt", ADDRESS, NOON, changed);
        }
    }

    @Test
    void refusesAnObjectThatEndsEarlyOrGoesOn() {
        for (int length = 0; length < object.length; length++) {
            requireRefused("corrupt", ADDRESS, NOON, Arrays.copyOf(object, length));
        }
        requireRefused("corrupt", ADDRESS, NOON, Arrays.copyOf(object, object.length + 1));
    }

    @Test
    void refusesWhatIsTooOld() {
        requireRefused("too old", ADDRESS, NOON.plusMillis(1), object);
    }

    @Test
    void refusesWhatWasMadeForOtherContentOrElsewhere() {
        requireRefused("of a request with other content", address("other", "cpu"), NOON, object);
        requireRefused("made on another platform", address("hash", "gpu"), NOON, object);
    }

    private static void requireRefused(String why, CheckpointAddress address, Instant oldest, byte[] object) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CheckpointFormat.read(address, oldest, object))
                .withMessage(why);
    }

    private static CheckpointAddress address(String contentHash, String platform) {
        return new CheckpointAddress(new TenantId("acme"), new RequestId("order/17"), contentHash, platform);
    }
}
