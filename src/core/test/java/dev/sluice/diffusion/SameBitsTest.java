package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checksums over the bits of noise and of steps. An image's bits are a promise from release to release, so code here may
 * become faster but must not change one of them.
 */
class SameBitsTest {
    private static final DiffusionTables TABLES = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 250);
    private static final int ELEMENTS = 3072;

    @Test
    void noiseKeepsItsBits() {
        CRC32C bits = new CRC32C();
        for (long seed : new long[] {0, 42, -1, 20_240_811_194L}) {
            NoiseStream stream = new NoiseStream(seed, 5);
            // Lengths around the block of four deviates and past whatever is worked on at a time.
            for (int length : new int[] {1, 3, 4, 7, 1024, 1025, ELEMENTS, 16_387}) {
                float[] noise = new float[length];
                stream.fillInitial(noise);
                add(bits, noise);
                stream.fillStep(length, noise);
                add(bits, noise);
            }
        }
        assertThat(bits.getValue()).isEqualTo(1_910_780_351L);
    }

    record Case(String name, Sampler sampler, long expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> samplers() {
        return Stream.of(
                ddpm(VarianceKind.LEARNED_RANGE, true, 940_757_671L),
                ddpm(VarianceKind.LEARNED_RANGE, false, 1_291_429_915L),
                ddpm(VarianceKind.FIXED_SMALL, true, 2_243_778_947L),
                ddpm(VarianceKind.FIXED_LARGE, false, 1_812_804_030L),
                ddim(0, true, 3_655_434_615L),
                ddim(0, false, 1_275_881_034L),
                ddim(0.5, true, 3_801_981_714L),
                ddim(1, false, 3_155_695_307L));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void stepsKeepTheirBits(Case step) {
        CRC32C bits = new CRC32C();
        for (int index : new int[] {249, 125, 1, 0}) {
            for (double strength : new double[] {0, 0.3, -4}) {
                for (int n : new int[] {1, 5, ELEMENTS}) {
                    SplittableRandom random = new SplittableRandom(n);
                    float[] x = floats(random, n);
                    float[] prediction = floats(random, 2 * n);
                    float[] gradient = floats(random, n);
                    float[] noise = floats(random, n);
                    step.sampler().step(index, x, prediction, strength == 0 ? null : gradient, strength, noise);
                    add(bits, x);
                }
            }
        }
        assertThat(bits.getValue()).isEqualTo(step.expected());
    }

    record WalkCase(SamplerSettings.Kind kind, boolean clip, long expected) {}

    static Stream<WalkCase> samplingSchedules() {
        return Stream.of(
                new WalkCase(SamplerSettings.Kind.PNDM, false, 1_065_712_605L),
                new WalkCase(SamplerSettings.Kind.PNDM, true, 1_097_642_745L),
                new WalkCase(SamplerSettings.Kind.DPMPP_2M, false, 2_942_538_081L),
                new WalkCase(SamplerSettings.Kind.DPMPP_2M, true, 3_050_499_816L),
                new WalkCase(SamplerSettings.Kind.EULER, false, 4_235_976_844L));
    }

    /** Whole walks with runs of guided steps, lone ones and gaps. */
    @ParameterizedTest
    @MethodSource("samplingSchedules")
    void walksKeepTheirBits(WalkCase walked) {
        GuidanceSchedule schedule = new GuidanceSchedule.Explicit(List.of(20, 19, 18, 17, 16, 12, 8, 7, 2, 1));
        Guidance guidance = new Guidance.ClassifierFree(3, schedule, GuidanceWeighting.of(GuidanceWeighting.Kind.GAP));
        DiffusionTables tables =
                TrainedProcess.evenly(BetaSchedule.COSINE, 1000).tables(walked.kind(), 20);
        SamplingSchedule samplingSchedule = SamplingSchedule.of(
                SamplerSettings.deterministic(walked.kind(), 20),
                guidance,
                tables,
                VarianceKind.FIXED_SMALL,
                walked.clip());
        SplittableRandom random = new SplittableRandom(7);
        int n = 37;
        float[] x = floats(random, n);
        float[] term = new float[n];
        SolverMemory memory = samplingSchedule.newMemory(n, n);
        CRC32C bits = new CRC32C();
        for (int evaluation = samplingSchedule.length() - 1; evaluation >= 0; evaluation--) {
            float[] prediction = floats(random, n);
            if (samplingSchedule.isGuided(evaluation)) {
                term = floats(random, n);
            }
            samplingSchedule.extrapolateTerm(evaluation, term, memory);
            samplingSchedule.extrapolate(evaluation, x, prediction, memory);
            ClassifierFree.apply(prediction, term, 2 * samplingSchedule.weight(evaluation), n);
            samplingSchedule.step(evaluation, x, prediction, null, 0, x);
            add(bits, x);
        }
        assertThat(bits.getValue()).isEqualTo(walked.expected());
    }

    @Test
    void whatIsNotFiniteStaysSo() {
        for (float broken : List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
            for (Case step : samplers().toList()) {
                float[] x = {broken, 0.5f};
                step.sampler().step(125, x, new float[] {0.1f, 0.2f, 0.3f, 0.4f}, null, 0, new float[2]);
                assertThat(x[0]).as("%s of %s", step, broken).matches(value -> !Float.isFinite(value));
                assertThat(x[1]).isFinite();
            }
        }
    }

    private static Case ddpm(VarianceKind variance, boolean clip, long expected) {
        return new Case(
                "DDPM " + variance + (clip ? " clipped" : ""),
                Sampler.of(SamplerSettings.ddpm(250), TABLES, variance, clip),
                expected);
    }

    private static Case ddim(double eta, boolean clip, long expected) {
        return new Case(
                "DDIM " + eta + (clip ? " clipped" : ""),
                Sampler.of(SamplerSettings.ddim(250, eta), TABLES, VarianceKind.FIXED_SMALL, clip),
                expected);
    }

    /** Mostly of the size that networks say, and now and then far beyond. */
    private static float[] floats(SplittableRandom random, int count) {
        double[] values = DoubleStream.generate(
                        () -> random.nextInt(50) == 0 ? random.nextDouble(-300, 300) : random.nextDouble(-1.5, 1.5))
                .limit(count)
                .toArray();
        float[] floats = new float[count];
        for (int e = 0; e < count; e++) {
            floats[e] = (float) values[e];
        }
        return floats;
    }

    private static void add(CRC32C bits, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putInt(Float.floatToIntBits(value));
        }
        bits.update(bytes.flip());
    }
}
