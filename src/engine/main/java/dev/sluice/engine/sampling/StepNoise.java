package dev.sluice.engine.sampling;

import dev.sluice.diffusion.NoiseStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The noise of one trajectory's steps, made ahead of need on another thread. Who needs it before that thread got to it
 * makes it on the spot, so that nothing ever waits in line for noise. Used by the engine's loop.
 */
final class StepNoise {
    private final NoiseStream stream;
    private final Executor ahead;
    private final float[] noise;
    private @Nullable FutureTask<float[]> making;

    StepNoise(NoiseStream stream, int elements, Executor ahead) {
        this.stream = stream;
        this.ahead = ahead;
        noise = new float[elements];
    }

    /** Has the noise of the step at this index made. The noise taken before is overwritten. */
    void prepare(int index) {
        FutureTask<float[]> task = new FutureTask<>(() -> {
            stream.fillStep(index, noise);
            return noise;
        });
        making = task;
        ahead.execute(task);
    }

    /** The noise last prepared; valid until {@link #prepare} is called again. */
    float[] take() {
        FutureTask<float[]> task = making;
        if (task == null) {
            throw new IllegalStateException("noise was not prepared");
        }
        task.run(); // does nothing where another thread has begun
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while noise was made", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("noise can't be made", e.getCause());
        }
    }
}
