package dev.sluice.diffusion;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.PlanSummary;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of T steps evaluate guidance, and with what weight omega each step is pushed. By sampling index (0 is the last
 * step taken), never by original timestep, so respacing can't shift it. Immutable; says nothing of the scale.
 */
public final class StepPlan {
    private final boolean[] guided;
    private final double[] weights;
    private final boolean holds;
    private final List<Integer> guidedTimesteps;
    private final List<Double> guidedWeights;

    private StepPlan(boolean[] guided, double[] weights, boolean holds) {
        this.guided = guided;
        this.weights = weights;
        this.holds = holds;
        List<Integer> timesteps = new ArrayList<>();
        List<Double> omegas = new ArrayList<>();
        for (int i = guided.length - 1; i >= 0; i--) {
            if (guided[i]) {
                timesteps.add(i + 1);
                omegas.add(weights[i]);
            }
        }
        this.guidedTimesteps = List.copyOf(timesteps);
        this.guidedWeights = List.copyOf(omegas);
    }

    /**
     * The plan that a request runs. Guidance that pushes by nothing at any step is planned as no guidance: scale 0 for
     * a classifier, and scale 1 for classifier-free guidance unless the weights multiply the whole scale. The images
     * have the same bits, and no evaluation is spent on it.
     *
     * @throws dev.sluice.request.InvalidFieldException as {@link #of(GuidanceSchedule, GuidanceWeighting,
     *     DiffusionTables)}, whatever the scale
     */
    public static StepPlan of(Guidance guidance, DiffusionTables tables) {
        return switch (guidance) {
            case Guidance.None none -> unguided(tables.steps());
            case Guidance.Classifier classifier -> {
                StepPlan plan = of(classifier.schedule(), classifier.weighting(), tables);
                yield classifier.scale() == 0 ? unguided(tables.steps()) : plan;
            }
            case Guidance.ClassifierFree free -> {
                StepPlan plan = of(free.schedule(), free.weighting(), tables);
                yield plan.pushesNothing(free) ? unguided(tables.steps()) : plan;
            }
        };
    }

    /**
     * The plan of one schedule and weighting.
     *
     * @throws dev.sluice.request.InvalidFieldException {@code SCHEDULE_INVALID} on {@code guidance.schedule.guided} or
     *     {@code .timesteps}, where the schedule does not fit into T steps
     */
    public static StepPlan of(GuidanceSchedule schedule, GuidanceWeighting weighting, DiffusionTables tables) {
        double[] sigmas = new double[tables.steps()];
        double[] variances = new double[tables.steps()];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = tables.sigma(i);
            variances[i] = StrictMath.exp(tables.posteriorLogVarianceClipped(i));
        }
        return of(schedule, weighting, sigmas, variances);
    }

    static StepPlan of(GuidanceSchedule schedule, GuidanceWeighting weighting, double[] sigmas, double[] variances) {
        boolean[] scheduled = GuidedSteps.of(schedule, sigmas);
        return new StepPlan(
                GuidanceWeights.withTail(scheduled, weighting),
                GuidanceWeights.of(schedule, weighting, scheduled, variances),
                weighting.kind() == GuidanceWeighting.Kind.HOLD);
    }

    /** No guidance at any step. */
    public static StepPlan unguided(int steps) {
        return new StepPlan(new boolean[steps], new double[steps], false);
    }

    /** T. */
    public int steps() {
        return guided.length;
    }

    /** Whether guidance is evaluated at this step. */
    public boolean isGuided(int index) {
        return guided[index];
    }

    /**
     * Omega, what this step's push is multiplied by. 0 where nothing is pushed: at steps that are not guided, unless the
     * plan {@linkplain #holds() holds}, and then only before the first guided step.
     */
    public double weight(int index) {
        return weights[index];
    }

    /** Whether steps between guided ones push along the last evaluated direction again (equations 12 and 13). */
    public boolean holds() {
        return holds;
    }

    /**
     * Whether this step's push is larger than the next one's. A guided step that stands for skipped ones has such a
     * push. It moves the image off the path that earlier predictions were made on. Held pushes never are.
     */
    public boolean isImpulse(int index) {
        return !holds && index > 0 && weights[index] > weights[index - 1];
    }

    /** Descending, 1-based: the order in which they are sampled. */
    public List<Integer> guidedTimesteps() {
        return guidedTimesteps;
    }

    /** Omega of each of {@link #guidedTimesteps()}, in the same order. */
    public List<Double> weights() {
        return guidedWeights;
    }

    /** |G|. */
    public int guidedCount() {
        return guidedTimesteps.size();
    }

    public PlanSummary summary() {
        return new PlanSummary(steps(), guidedTimesteps, guidedWeights);
    }

    private boolean pushesNothing(Guidance.ClassifierFree free) {
        return guidedWeights.stream().allMatch(omega -> ClassifierFree.push(free, omega) == 0);
    }
}
