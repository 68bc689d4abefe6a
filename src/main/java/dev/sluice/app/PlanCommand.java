package dev.sluice.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.diffusion.VarianceKind;
import dev.sluice.diffusion.Walk;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.SamplerSettings;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice plan}: what a schedule comes to, without a worker. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Shows which steps a schedule guides, with what weight, and what that saves.",
            "",
            "Example: sluice plan --steps 250 --schedule compress --guided 50 --exponent 5 --weight gap"
        })
final class PlanCommand implements Callable<Integer> {
    private static final int STEPS_PER_LINE = 50;

    @Option(
            names = "--steps",
            paramLabel = "T",
            defaultValue = "250",
            description = "Sampling steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--beta-schedule",
            paramLabel = "KIND",
            defaultValue = "cosine",
            description = "${COMPLETION-CANDIDATES}: matters to interval and to --weight variance_sum."
                    + " Default: ${DEFAULT-VALUE}.")
    private BetaSchedule betas = BetaSchedule.COSINE;

    @Option(
            names = "--train-steps",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Default: ${DEFAULT-VALUE}.")
    private int trainSteps;

    @Option(
            names = "--sampler",
            paramLabel = "KIND",
            defaultValue = "ddpm",
            description = "${COMPLETION-CANDIDATES}: pndm evaluates its first step twice. Default: ${DEFAULT-VALUE}.")
    private SamplerSettings.Kind sampler = SamplerSettings.Kind.DDPM;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description = "Also show what classifier-free guidance of this scale comes to at the guided steps.")
    private @Nullable Double scale;

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    @Option(names = "--json", description = "Print the plan as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Walk walk = walk();
            if (json) {
                out.println(asJson(walk));
            } else {
                draw(walk, out);
            }
        } catch (InvalidFieldException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
        out.flush();
        return 0;
    }

    /** That of classifier guidance: what is guided and what that costs is the same for both kinds. */
    private Walk walk() {
        Guidance guidance = new Guidance.Classifier(
                1, schedule.schedule(), schedule.weighting(), Guidance.DenoiserCondition.CONDITIONAL);
        DiffusionTables tables = TrainedProcess.evenly(betas, trainSteps).tables(sampler, steps);
        return Walk.of(new SamplerSettings(sampler, steps, 0), guidance, tables, VarianceKind.FIXED_SMALL, false);
    }

    /** The scale that each guided step comes to. */
    private List<Double> effectiveScales(StepPlan plan, double asked) {
        Guidance.ClassifierFree guidance =
                new Guidance.ClassifierFree(asked, schedule.schedule(), schedule.weighting(), schedule.cfgCompress());
        return plan.weights().stream()
                .map(omega -> 1 + ClassifierFree.push(guidance, omega))
                .toList();
    }

    private ObjectNode asJson(Walk walk) {
        StepPlan plan = walk.plan();
        Evaluations evaluations = walk.evaluations();
        long full = 2L * walk.length();
        long planned = evaluations.conditional() + evaluations.guide();
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("steps", plan.steps());
        ArrayNode guided = root.putArray("guided");
        plan.guidedTimesteps().forEach(guided::add);
        ArrayNode weights = root.putArray("weights");
        plan.weights().forEach(weight -> addNumber(weights, weight));
        root.putObject("evaluations")
                .put("denoiserFull", full)
                .put("denoiserPlanned", planned)
                .put("guide", evaluations.guide());
        root.put("idealRatio", (double) planned / full);
        if (scale != null) {
            ArrayNode scales = root.putArray("effectiveScales");
            effectiveScales(plan, scale).forEach(effective -> addNumber(scales, effective));
        }
        return root;
    }

    /** Whole numbers without a decimal point: weights mostly are. */
    private static void addNumber(ArrayNode array, double value) {
        if (value == Math.rint(value)) {
            array.add((long) value);
        } else {
            array.add(value);
        }
    }

    private void draw(Walk walk, PrintWriter out) {
        StepPlan plan = walk.plan();
        Evaluations evaluations = walk.evaluations();
        long full = 2L * walk.length();
        long planned = evaluations.conditional() + evaluations.guide();
        for (int first = plan.steps(); first >= 1; first -= STEPS_PER_LINE) {
            int last = Math.max(1, first - STEPS_PER_LINE + 1);
            StringBuilder line = new StringBuilder();
            for (int timestep = first; timestep >= last; timestep--) {
                line.append(plan.isGuided(timestep - 1) ? '#' : '.');
            }
            out.printf("%5d %s %d%n", first, line, last);
        }
        out.println("      # guided   . not guided   (first step first)");
        out.printf(
                Locale.ROOT,
                "%d of %d steps guided; weights %s%n",
                plan.guidedCount(),
                plan.steps(),
                range(plan.weights()) + adding(plan.weights()));
        out.printf(
                Locale.ROOT,
                "classifier-free: %d denoiser evaluations instead of %d (%.1f %%); classifier: %d guide evaluations"
                        + " instead of %d%n",
                planned,
                full,
                100.0 * planned / full,
                evaluations.guide(),
                walk.length());
        if (scale != null) {
            out.printf(
                    Locale.ROOT,
                    "classifier-free scale %.4g: effective scales %s%n",
                    scale,
                    range(effectiveScales(plan, scale)));
        }
    }

    private static String range(List<Double> values) {
        return values.isEmpty()
                ? "none"
                : String.format(Locale.ROOT, "%.4g to %.4g", Collections.min(values), Collections.max(values));
    }

    private static String adding(List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        return weights.isEmpty() ? "" : String.format(Locale.ROOT, ", adding up to %.6g", sum);
    }
}
