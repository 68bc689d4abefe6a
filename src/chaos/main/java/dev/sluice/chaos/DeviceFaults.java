package dev.sluice.chaos;

import dev.sluice.model.Bundle;
import dev.sluice.model.ModelException;
import dev.sluice.model.OutOfDeviceMemoryException;
import dev.sluice.model.RowFunction;
import dev.sluice.request.Network;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes batches of the denoiser fail as a device does. Any thread orders faults; they strike on the device's thread.
 */
public final class DeviceFaults {
    private final AtomicInteger outOfMemory = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();

    /** The next batches find no device memory. */
    public void outOfMemory(int calls) {
        outOfMemory.set(calls);
    }

    /** The next batches fail in native code. */
    public void broken(int calls) {
        broken.set(calls);
    }

    /** The bundle, with faults in front of its denoiser. */
    public Bundle around(Bundle bundle) {
        return bundle.with((network, sound) -> network == Network.DENOISER ? faulty(sound) : sound);
    }

    private RowFunction faulty(RowFunction sound) {
        return rows -> {
            if (takeOne(outOfMemory)) {
                throw new OutOfDeviceMemoryException("injected: no device memory left");
            }
            if (takeOne(broken)) {
                throw new ModelException("injected: the device failed");
            }
            return sound.evaluate(rows);
        };
    }

    private static boolean takeOne(AtomicInteger left) {
        return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }
}
