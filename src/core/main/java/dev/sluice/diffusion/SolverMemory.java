package dev.sluice.diffusion;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a multi-step solver remembers of one image, as arrays: earlier unguided predictions, earlier guidance terms, and
 * the image before a step that is taken twice. Which of them count at an evaluation follows from the schedule alone, so
 * nothing else is part of an image's state. Belongs to whoever samples the image; one thread at a time.
 */
public final class SolverMemory {
    private final float[][] predictions;
    private final float[][] terms;
    private final float[][] image;

    /**
     * Nothing remembered yet.
     *
     * @param elements of the image
     * @param termElements of the guidance term; 0 where there is no guidance
     */
    SolverMemory(Solver solver, int elements, int termElements) {
        predictions = new float[solver.remembers()][elements];
        terms = new float[termElements == 0 ? 0 : solver.remembers()][termElements];
        image = new float[solver.remembersImage() ? 1 : 0][elements];
    }

    /** Copies of everything, always as many and as long under the same schedule. */
    public List<float[]> copy() {
        return arrays().map(float[]::clone).toList();
    }

    /** Goes on from a {@link #copy}. */
    public void restore(List<float[]> copy) {
        List<float[]> arrays = arrays().toList();
        for (int i = 0; i < arrays.size(); i++) {
            System.arraycopy(copy.get(i), 0, arrays.get(i), 0, arrays.get(i).length);
        }
    }

    /** Whether {@link #restore} can take these. */
    public boolean fits(List<float[]> copy) {
        return arrays().map(array -> array.length)
                .toList()
                .equals(copy.stream().map(array -> array.length).toList());
    }

    /** The latest first. */
    float[][] predictions() {
        return predictions;
    }

    /** The latest first. */
    float[][] terms() {
        return terms;
    }

    void keepImage(float[] x) {
        System.arraycopy(x, 0, image[0], 0, x.length);
    }

    void restoreImage(float[] x) {
        System.arraycopy(image[0], 0, x, 0, x.length);
    }

    /**
     * {@code coefficient_0 · value + coefficient_1 · earlier_0 + …}, in place.
     *
     * @param n how many elements of {@code values}
     * @param coefficients for the value and as many of the earlier ones as there are left
     */
    static void combine(float[] values, int n, double[] coefficients, float[][] earlier) {
        float own = (float) coefficients[0];
        for (int e = 0; e < n; e++) {
            values[e] *= own;
        }
        for (int j = 1; j < coefficients.length; j++) {
            float share = (float) coefficients[j];
            float[] before = earlier[j - 1];
            for (int e = 0; e < n; e++) {
                values[e] += share * before[e];
            }
        }
    }

    /** Combines, and keeps the former {@code values} as the latest of the earlier ones. */
    static void combineAndKeep(float[] values, int n, double[] coefficients, float[][] earlier) {
        float[] latest = Arrays.copyOf(values, n);
        combine(values, n, coefficients, earlier);
        for (int j = earlier.length - 1; j > 0; j--) {
            System.arraycopy(earlier[j - 1], 0, earlier[j], 0, n);
        }
        if (earlier.length > 0) {
            System.arraycopy(latest, 0, earlier[0], 0, n);
        }
    }

    private Stream<float[]> arrays() {
        return Stream.of(predictions, terms, image).flatMap(Arrays::stream);
    }
}
