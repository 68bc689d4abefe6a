package dev.sluice.diffusion;

import dev.sluice.request.SamplerSettings;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One step of one image by each sampler, in nanoseconds per element, with its noise at hand. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NoiseBenchmark.ELEMENTS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class StepBenchmark {
    private static final int ELEMENTS = NoiseBenchmark.ELEMENTS;
    private static final int INDEX = 125;

    /** What is stepped. */
    public enum Kind {
        DDPM_LEARNED,
        DDPM_FIXED,
        DDIM_ETA_0,
        DDIM_ETA_1;

        Sampler sampler() {
            DiffusionTables tables = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 250);
            return switch (this) {
                case DDPM_LEARNED -> Sampler.of(SamplerSettings.ddpm(250), tables, VarianceKind.LEARNED_RANGE, true);
                case DDPM_FIXED -> Sampler.of(SamplerSettings.ddpm(250), tables, VarianceKind.FIXED_SMALL, true);
                case DDIM_ETA_0 -> Sampler.of(SamplerSettings.ddim(250, 0), tables, VarianceKind.FIXED_SMALL, true);
                case DDIM_ETA_1 -> Sampler.of(SamplerSettings.ddim(250, 1), tables, VarianceKind.FIXED_SMALL, true);
            };
        }
    }

    @Param
    private Kind kind = Kind.DDPM_LEARNED;

    @Param({"false", "true"})
    private boolean gradient;

    private final float[] x = random(ELEMENTS);
    private final float[] prediction = random(2 * ELEMENTS);
    private final float[] noise = random(ELEMENTS);
    private float @Nullable [] push;
    private Sampler sampler = kind.sampler();

    @Setup
    public void choose() {
        sampler = kind.sampler();
        push = gradient ? random(ELEMENTS) : null;
    }

    /** x goes on from invocation to invocation; clamping keeps it bounded. */
    @Benchmark
    public float[] step() {
        sampler.step(INDEX, x, prediction, push, gradient ? 0.5 : 0, noise);
        return x;
    }

    static float[] random(int elements) {
        SplittableRandom random = new SplittableRandom(elements);
        float[] values = new float[elements];
        for (int e = 0; e < elements; e++) {
            values[e] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
