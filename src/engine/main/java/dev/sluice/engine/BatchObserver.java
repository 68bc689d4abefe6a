package dev.sluice.engine;

/** Hears of the device's batches for requests. Called on the engine's thread, before the jobs hear of it: return at once. */
@FunctionalInterface
public interface BatchObserver {
    /** Hears nothing. */
    BatchObserver NONE = batch -> {};

    void made(BatchRun batch);
}
