package dev.sluice.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.request.InvalidFieldException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
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

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    @Option(names = "--json", description = "Print the plan as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        StepPlan plan;
        try {
            DiffusionTables tables = DiffusionTables.evenly(betas, trainSteps, steps);
            plan = StepPlan.of(schedule.schedule(), schedule.weighting(), tables);
        } catch (InvalidFieldException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
        if (json) {
            out.println(asJson(plan));
        } else {
            draw(plan, out);
        }
        out.flush();
        return 0;
    }

    private static ObjectNode asJson(StepPlan plan) {
        int full = 2 * plan.steps();
        int planned = plan.steps() + plan.guidedCount();
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("steps", plan.steps());
        ArrayNode guided = root.putArray("guided");
        plan.guidedTimesteps().forEach(guided::add);
        ArrayNode weights = root.putArray("weights");
        plan.weights().forEach(weight -> addNumber(weights, weight));
        root.putObject("evaluations")
                .put("denoiserFull", full)
                .put("denoiserPlanned", planned)
                .put("guide", plan.guidedCount());
        root.put("idealRatio", (double) planned / full);
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

    private static void draw(StepPlan plan, PrintWriter out) {
        int planned = plan.steps() + plan.guidedCount();
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
                weightRange(plan));
        out.printf(
                Locale.ROOT,
                "classifier-free: %d denoiser evaluations instead of %d (%.1f %%); classifier: %d guide evaluations"
                        + " instead of %d%n",
                planned,
                2 * plan.steps(),
                100.0 * planned / (2 * plan.steps()),
                plan.guidedCount(),
                plan.steps());
    }

    private static String weightRange(StepPlan plan) {
        var summary = plan.weights().stream().mapToDouble(Double::doubleValue).summaryStatistics();
        return plan.guidedCount() == 0
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "%.4g to %.4g, adding up to %.6g",
                        summary.getMin(),
                        summary.getMax(),
                        summary.getSum());
    }
}
