package dev.sluice.engine.sampling;

import java.util.List;

/**
 * What an image's steps keep from one evaluation to the next. A class, for records compare arrays by identity; nothing
 * writes to the arrays once they are in.
 */
public final class StepMemory {
    public static final StepMemory NOTHING = new StepMemory(new float[0], List.of());

    private final float[] held;
    private final List<float[]> solver;

    /**
     * Of one image.
     *
     * @param held the guidance term that the hold weighting keeps; empty under any other
     * @param solver what a multi-step solver remembers; empty under any other
     */
    public StepMemory(float[] held, List<float[]> solver) {
        this.held = held;
        this.solver = List.copyOf(solver);
    }

    public float[] held() {
        return held;
    }

    public List<float[]> solver() {
        return solver;
    }
}
