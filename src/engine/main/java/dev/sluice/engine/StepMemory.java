package dev.sluice.engine;

import java.util.List;

/**
 * What an image's steps keep from one evaluation to the next. A class, for records compare arrays by identity; nothing
 * writes to the arrays once they are in.
 */
final class StepMemory {
    static final StepMemory NOTHING = new StepMemory(new float[0], List.of());

    private final float[] held;
    private final List<float[]> solver;

    /**
     * Of one image.
     *
     * @param held the guidance term that the hold weighting keeps; empty under any other
     * @param solver what a multi-step solver remembers; empty under any other
     */
    StepMemory(float[] held, List<float[]> solver) {
        this.held = held;
        this.solver = List.copyOf(solver);
    }

    float[] held() {
        return held;
    }

    List<float[]> solver() {
        return solver;
    }
}
