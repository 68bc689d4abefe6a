package dev.sluice.diffusion;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Noise and its parts, in nanoseconds per deviate (a block of Philox is four of them). */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NoiseBenchmark.ELEMENTS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class NoiseBenchmark {
    /** A sample of 3x32x32. */
    static final int ELEMENTS = 3072;

    private final NoiseStream stream = new NoiseStream(42, 3);
    private final float[] noise = new float[ELEMENTS];
    private final int[] words = new int[ELEMENTS];
    private final int[] cells = new SplittableRandom(1).ints(ELEMENTS).toArray();

    @Benchmark
    public float[] fillInitial() {
        stream.fillInitial(noise);
        return noise;
    }

    @Benchmark
    public float[] fillStep() {
        stream.fillStep(17, noise);
        return noise;
    }

    @Benchmark
    public int[] philox() {
        Philox4x32.blocks(0, ELEMENTS / Philox4x32.WORDS, 17, 3, 1, 42, words);
        return words;
    }

    @Benchmark
    public float[] normalQuantile() {
        NormalQuantile.ofWords(cells, ELEMENTS, noise, 0);
        return noise;
    }
}
