package dev.sluice.diffusion;

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

/** Classifier-free guidance, in nanoseconds per guided element. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NoiseBenchmark.ELEMENTS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class GuidanceBenchmark {
    private static final int ELEMENTS = NoiseBenchmark.ELEMENTS;

    private final float[] conditional = StepBenchmark.random(2 * ELEMENTS);
    private final float[] unconditional = StepBenchmark.random(2 * ELEMENTS + 1);
    private final float[] term = new float[ELEMENTS];

    /** In place, with a factor of -1/2: the two predictions meet rather than part for good. */
    @Benchmark
    public float[] combine() {
        ClassifierFree.combine(conditional, unconditional, 0.5, 1, ELEMENTS);
        return conditional;
    }

    @Benchmark
    public float[] term() {
        ClassifierFree.term(conditional, unconditional, term, ELEMENTS);
        return term;
    }
}
