package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.diffusion.VarianceKind;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.SamplerSettings;
import dev.sluice.text.Paragraph;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice plan}: a schedule's guided steps and evaluations, without a worker. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Shows which steps a schedule guides, how they are weighted, and what that saves.",
            "",
            "Example: sluice plan --steps 250 --schedule compress --guided 50 --exponent 5 --weight gap"
        })
final class PlanCommand implements Callable<Integer> {
    private static final int STEPS_PER_LINE = 50;

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description =
                    "Folder of the bundle that fills in what is left out. Default: the one that ships with Sluice.")
    private Path bundle = BundleOption.SHIPPED;

    @Option(names = "--steps", paramLabel = "T", description = "Sampling steps. Default: the bundle's.")
    private @Nullable Integer steps;

    @Option(
            names = "--beta-schedule",
            paramLabel = "KIND",
            description = "${COMPLETION-CANDIDATES}: matters to interval and to --weight variance_sum."
                    + " Default: the bundle's.")
    private @Nullable BetaSchedule betas;

    @Option(names = "--train-steps", paramLabel = "N", description = "Default: the bundle's.")
    private @Nullable Integer trainSteps;

    @Option(
            names = "--sampler",
            paramLabel = "KIND",
            description = "${COMPLETION-CANDIDATES}: pndm evaluates its first step twice. Default: the bundle's.")
    private SamplerSettings.@Nullable Kind sampler;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description =
                    "Classifier-free scale: shows the effective scale at the guided steps. Default: the bundle's.")
    private @Nullable Double scale;

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    @Option(names = "--json", description = "Print the plan as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** What was asked for, with what the bundle has for what was left out. */
    private record Asked(
            String bundle,
            SamplerSettings sampler,
            Guidance.ClassifierFree guidance,
            SamplingSchedule samplingSchedule) {
        /** The scale that each guided step comes to. */
        List<Double> effectiveScales() {
            return samplingSchedule.plan().weights().stream()
                    .map(omega -> 1 + ClassifierFree.push(guidance, omega))
                    .toList();
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Asked asked = asked();
            if (json) {
                out.println(asJson(asked));
            } else {
                draw(asked, out);
            }
        } catch (IllegalArgumentException e) {
            throw new Main.WrongUsage(RequestCheck.inOptions(String.valueOf(e.getMessage())));
        }
        out.flush();
        return 0;
    }

    private Asked asked() {
        BundleManifest manifest = VerifiedBundle.manifest(bundle);
        RequestDecoder decoder = new RequestDecoder(Map.of(manifest.name(), manifest.requestDefaults()));
        GenerationRequest request = RequestCheck.require(request(manifest.name()), decoder);
        if (!(request.guidance() instanceof Guidance.ClassifierFree guidance)) {
            throw new IllegalStateException(request.guidance() + " was not asked for");
        }
        TrainedProcess process = manifest.diffusion().process();
        if (betas != null || trainSteps != null) {
            process = TrainedProcess.evenly(
                    betas == null ? process.betaSchedule() : betas,
                    trainSteps == null ? process.trainSteps() : trainSteps);
        }
        // What is guided and what that costs is the same for both methods; this one counts what guides apart.
        Guidance classifier = new Guidance.Classifier(
                1, guidance.schedule(), guidance.weighting(), Guidance.DenoiserCondition.CONDITIONAL);
        SamplerSettings settings = request.sampler();
        DiffusionTables tables = process.tables(settings.kind(), settings.steps());
        return new Asked(
                manifest.name(),
                settings,
                guidance,
                SamplingSchedule.of(settings, classifier, tables, VarianceKind.FIXED_SMALL, false));
    }

    private GenerationRequested request(String model) {
        if ((steps != null && steps == 0) || (scale != null && scale == 0)) {
            throw new IllegalArgumentException("--steps and --scale must be above 0; left out they are the bundle's");
        }
        return GenerationRequested.newBuilder()
                .setRequestId("plan")
                .setTenantId("plan")
                .setModel(model)
                .setPrompt(PromptSpec.newBuilder().setLabel("any").build())
                .setSampler(new SamplerSpec(
                        sampler == null ? SamplerKind.BUNDLE : SamplerKind.valueOf(sampler.name()),
                        steps == null ? 0 : steps,
                        0.0))
                .setGuidance(schedule.guidance()
                        .setMethod(GuidanceMethod.CLASSIFIER_FREE)
                        .setScale(scale == null ? 0 : scale)
                        .build())
                .build();
    }

    private static ObjectNode asJson(Asked asked) {
        SamplingSchedule samplingSchedule = asked.samplingSchedule();
        StepPlan plan = samplingSchedule.plan();
        Evaluations evaluations = samplingSchedule.evaluations();
        long full = 2L * samplingSchedule.length();
        long planned = evaluations.conditional() + evaluations.guide();
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("bundle", asked.bundle());
        root.put("sampler", asked.sampler().kind().name().toLowerCase(Locale.ROOT));
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
        root.put("scale", asked.guidance().scale());
        ArrayNode scales = root.putArray("effectiveScales");
        asked.effectiveScales().forEach(effective -> addNumber(scales, effective));
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

    private static void draw(Asked asked, PrintWriter out) {
        SamplingSchedule samplingSchedule = asked.samplingSchedule();
        StepPlan plan = samplingSchedule.plan();
        Evaluations evaluations = samplingSchedule.evaluations();
        long full = 2L * samplingSchedule.length();
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
        say(
                out,
                plan.guidedCount() + " of " + plan.steps() + " steps guided; weights " + range(plan.weights())
                        + adding(plan.weights()));
        say(
                out,
                String.format(
                        Locale.ROOT,
                        "classifier-free: %d denoiser evaluations instead of %d (%.1f %%)",
                        planned,
                        full,
                        100.0 * planned / full));
        say(out, "classifier: " + evaluations.guide() + " guide evaluations instead of " + samplingSchedule.length());
        say(
                out,
                "classifier-free scale " + number(asked.guidance().scale()) + ": effective scales "
                        + range(asked.effectiveScales()));
    }

    private static void say(PrintWriter out, String text) {
        Paragraph.lines(text, Paragraph.width(System.getenv()), 2).forEach(out::println);
    }

    private static String range(List<Double> values) {
        return values.isEmpty() ? "none" : number(Collections.min(values)) + " to " + number(Collections.max(values));
    }

    private static String adding(List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        return weights.isEmpty() ? "" : ", adding up to " + number(sum);
    }

    /** To four digits, without those that say nothing. */
    private static String number(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                : String.valueOf(value);
    }
}
