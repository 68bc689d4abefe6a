package dev.sluice.capacity;

import dev.sluice.engine.simulation.CoarseJob;
import dev.sluice.request.Priority;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What a request asks for, as far as it decides what a worker has to do.
 *
 * @param guided of its steps, how many are guided; 0 without guidance
 * @param deadline after its publication
 */
public record Ask(
        String model,
        int steps,
        int guided,
        Method method,
        int images,
        String tenant,
        Priority priority,
        Optional<Duration> deadline) {
    /** What a guided step evaluates beside the denoiser. */
    public enum Method {
        NONE,
        CLASSIFIER_FREE,
        CLASSIFIER;

        /** The spelling that commands use. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Ask {
        if (steps < 1 || images < 1) {
            throw new IllegalArgumentException("steps and images must be at least 1, not " + steps + " and " + images);
        }
        if (guided < 0 || guided > steps) {
            throw new IllegalArgumentException("guided must be from 0 to the " + steps + " steps, not " + guided);
        }
        if (method == Method.NONE ? guided > 0 : guided == 0) {
            throw new IllegalArgumentException(
                    method == Method.NONE
                            ? "guided must be 0 without guidance, not " + guided
                            : "guided must be at least 1 under " + method.label() + " guidance");
        }
    }

    /** The same request with {@code newGuided} steps guided. One that guides nothing stays as it is. */
    Ask withGuided(int newGuided) {
        return method == Method.NONE
                ? this
                : new Ask(model, steps, newGuided, method, images, tenant, priority, deadline);
    }

    /** Denoiser rows of an image. */
    long denoiserRows() {
        return method == Method.CLASSIFIER_FREE ? (long) steps + guided : steps;
    }

    /** Guide rows of an image. */
    long guideRows() {
        return method == Method.CLASSIFIER ? guided : 0;
    }

    CoarseJob.Shape shape() {
        return new CoarseJob.Shape(images, steps, denoiserRows(), guideRows());
    }
}
