package dev.sluice.engine;

/** Hears of the device's calls for requests. Called on the engine's thread, before the jobs hear of it: return at once. */
@FunctionalInterface
public interface CallObserver {
    /** Hears nothing. */
    CallObserver NONE = call -> {};

    void made(CallMade call);
}
