package dev.sluice.engine.sampling;

/** Whether numbers are numbers. */
final class Finite {
    private Finite() {}

    static boolean everywhere(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
