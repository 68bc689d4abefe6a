package dev.sluice.app;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.diffusion.Walk;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.request.Evaluations;
import dev.sluice.storage.ImageStore;
import dev.sluice.storage.S3ImageStore;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Turns a demo's events and images into its table, and checks that nothing was evaluated beyond the plans. */
final class DemoReport {
    private final DemoPlan plan;
    private final DemoResults results;
    private final StandaloneStack stack;
    private final Bundle bundle;
    private final DiffusionTables tables;
    private final long counted;

    DemoReport(DemoPlan plan, DemoResults results, StandaloneStack stack) {
        this.plan = plan;
        this.results = results;
        this.stack = stack;
        bundle = stack.worker().bundles().getFirst();
        // Now: judging the images will call the guide too.
        counted = bundle.rowsUsed();
        tables = bundle.manifest()
                .diffusion()
                .process()
                .tables(plan.sampler().kind(), plan.sampler().steps());
    }

    /** The images as they came back from S3, by row and column. */
    record Pictures(List<String> columnNames, List<ContactSheet.Row> rows) {}

    /** Notes a problem where plans, events and the counters at the modules' doors don't say the same. */
    void checkEvaluations() {
        if (counted != planned()) {
            results.problem("the plans say " + planned() + " evaluations, the modules counted " + counted);
        }
        long told = 0;
        for (GenerationCompleted completed : results.completions()) {
            told += completed.getEvaluations().getConditional()
                    + completed.getEvaluations().getUnconditional()
                    + completed.getEvaluations().getGuide()
                    + completed.getEvaluations().getText()
                    + completed.getEvaluations().getUpsampling()
                    + completed.getEvaluations().getDecoding();
        }
        if (told != counted) {
            results.problem("the events say " + told + " evaluations, the modules counted " + counted);
        }
        long charged = charged();
        if (charged != stack.worker().meter().chargedNanos()) {
            results.problem("the events charge " + charged + " ns, the meter says "
                    + stack.worker().meter().chargedNanos());
        }
    }

    /** Fetches every image from S3. */
    Pictures fetch() throws IOException {
        List<ContactSheet.Row> rows = new ArrayList<>();
        try (ImageStore store = new S3ImageStore(stack.config().s3())) {
            for (int row = 0; row < plan.rows().size(); row++) {
                List<BufferedImage> images = new ArrayList<>();
                for (int column = 0; column < plan.columns(); column++) {
                    images.add(fetch(store, row, column));
                }
                StepPlan steps = steps(row);
                rows.add(new ContactSheet.Row(
                        plan.rows().get(row).name(), steps.guidedCount() + " of " + steps.steps() + " guided", images));
            }
        }
        List<String> names = new ArrayList<>();
        for (int column = 0; column < plan.columns(); column++) {
            names.add(plan.label(column));
        }
        return new Pictures(names, rows);
    }

    DemoTable table(Pictures pictures) {
        TorchScriptBundles torch = stack.config().device().open();
        List<DemoTable.Line> lines = new ArrayList<>();
        for (int row = 0; row < plan.rows().size(); row++) {
            lines.add(line(row, pictures.rows().get(row).images(), torch));
        }
        int images = plan.rows().size() * plan.columns();
        return new DemoTable(images, results.settledCount(), plan.steps(), planned(), counted, charged(), lines);
    }

    private DemoTable.Line line(int row, List<BufferedImage> images, TorchScriptBundles torch) {
        List<HitRates.Sample> samples = new ArrayList<>();
        long nanos = 0;
        BigDecimal cost = BigDecimal.ZERO;
        for (int column = 0; column < plan.columns(); column++) {
            int target = bundle.manifest()
                    .classCondition()
                    .classIndex(plan.label(column))
                    .orElseThrow();
            samples.add(new HitRates.Sample(images.get(column), target));
            Optional<CostIncurred> charge = results.cost(plan.id(row, column).value());
            nanos += charge.map(CostIncurred::getDeviceNanos).orElse(0L);
            cost = cost.add(charge.map(CostIncurred::getListCost).orElse(BigDecimal.ZERO));
        }
        HitRates hits = HitRates.of(samples, bundle, torch);
        Evaluations evaluations = evaluations(row);
        long made = total(evaluations);
        long full = made + evaluations.skipped();
        return new DemoTable.Line(
                plan.rows().get(row).name(),
                images.size(),
                steps(row).guidedCount(),
                made,
                full,
                100.0 * (full - made) / full,
                nanos / 1e6 / images.size(),
                cost.setScale(6, RoundingMode.HALF_EVEN),
                DemoTable.orNull(hits.guide()),
                DemoTable.orNull(hits.auditor()));
    }

    private BufferedImage fetch(ImageStore store, int row, int column) throws IOException {
        Optional<GenerationCompleted> completed =
                results.completion(plan.id(row, column).value());
        if (completed.isEmpty()) {
            BundleManifest.TensorShape shape = bundle.manifest().image();
            return new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_INT_RGB);
        }
        ImageObject image = completed.get().getImages().getFirst();
        byte[] png = store.get(image.getBucket(), image.getKey())
                .toCompletableFuture()
                .join();
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private StepPlan steps(int row) {
        return walk(row).plan();
    }

    private Walk walk(int row) {
        return bundle.manifest()
                .diffusion()
                .walk(plan.sampler(), plan.rows().get(row).guidance(), tables);
    }

    private Evaluations evaluations(int row) {
        return walk(row).evaluations();
    }

    private long planned() {
        long planned = 0;
        for (int row = 0; row < plan.rows().size(); row++) {
            planned += total(evaluations(row)) * plan.columns();
        }
        return planned;
    }

    private long charged() {
        long charged = 0;
        for (CostIncurred cost : results.costs()) {
            charged += cost.getDeviceNanos();
        }
        return charged;
    }

    private static long total(Evaluations evaluations) {
        return evaluations.rows();
    }
}
