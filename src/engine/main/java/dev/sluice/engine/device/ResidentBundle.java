package dev.sluice.engine.device;

import dev.sluice.model.Bundle;

/** A bundle that comes to the device and leaves it, and who wants it there. Confined to the engine's loop. */
public final class ResidentBundle {
    private final Bundle bundle;
    private final long bytes;
    private int jobs;
    private long waitingSinceNanos;
    private long arrivedNanos;

    /** A bundle that no job needs yet. */
    public ResidentBundle(Bundle bundle) {
        this.bundle = bundle;
        bytes = bundle.residence().bytes();
    }

    /** A job needs it. */
    public void acquire(long nowNanos) {
        if (jobs == 0) {
            startWaiting(nowNanos);
        }
        jobs++;
    }

    /** A job needs it no more. */
    public void release() {
        jobs--;
    }

    /** Whether any job needs it. */
    public boolean hasJobs() {
        return jobs > 0;
    }

    public Bundle bundle() {
        return bundle;
    }

    public long bytes() {
        return bytes;
    }

    /** Since when its jobs wait for it to come to the device, if it isn't there. */
    public long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    public void startWaiting(long nowNanos) {
        waitingSinceNanos = nowNanos;
    }

    /** When it was last ready to work on the device. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    public void arrived(long nowNanos) {
        arrivedNanos = nowNanos;
    }
}
