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
    private final float[] term = StepBenchmark.random(ELEMENTS);
    private double push = 0.5;

    /** Combines in place, to and fro, so that the prediction stays where it is. */
    @Benchmark
    public float[] apply() {
        push = -push;
        ClassifierFree.apply(conditional, term, push, ELEMENTS);
        return conditional;
    }

    @Benchmark
    public float[] term() {
        ClassifierFree.term(conditional, unconditional, term, ELEMENTS);
        return term;
    }
}
