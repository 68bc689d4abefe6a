package dev.sluice.demo;

import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Network;
import dev.sluice.storage.ImageStore;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Turns a demo's events and images into its table, and checks that nothing was evaluated beyond the plans. */
public final class DemoReport {
    /** Columns of the sheet: more would make it too wide for its figures to be read on a page. */
    private static final int SHOWN = 10;

    private final DemoPlan plan;
    private final DemoResults results;
    private final Map<String, Bundle> bundles;
    private final long counted;
    /** Counted rows of text encoders. No plan says how many, since a text is encoded once for all who ask for it. */
    private final long countedTexts;

    /**
     * A report of a run that is over.
     *
     * @param bundles that the worker served
     */
    public DemoReport(DemoPlan plan, DemoResults results, List<Bundle> bundles) {
        this.plan = plan;
        this.results = results;
        this.bundles = bundles.stream().collect(Collectors.toMap(Bundle::name, bundle -> bundle));
        // Read now, because judging the images will call the guides too.
        counted = bundles.stream().mapToLong(Bundle::rowsUsed).sum();
        countedTexts = bundles.stream().mapToLong(DemoReport::texts).sum();
    }

    /**
     * Notes a problem where plans, events, the counters at the modules' doors and the worker's meter don't say the same.
     *
     * @param meteredNanos device time that the worker's meter says was charged to requests
     */
    public void checkEvaluations(long meteredNanos) {
        if (counted - countedTexts != planned()) {
            results.problem("the plans say " + planned() + " evaluations, the modules counted "
                    + (counted - countedTexts) + " beside texts");
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
        if (charged != meteredNanos) {
            results.problem("the events charge " + charged + " ns, the meter says " + meteredNanos);
        }
    }

    /** Fetches every image from the store; those of a row in the order of its columns, black where there is none. */
    public List<List<BufferedImage>> fetch(ImageStore store) throws IOException {
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int row = 0; row < plan.rows().size(); row++) {
            List<BufferedImage> images = new ArrayList<>();
            for (int column = 0; column < columns(row).size(); column++) {
                images.add(fetch(store, row, column));
            }
            rows.add(images);
        }
        return rows;
    }

    /**
     * The contact sheet: a section for each bundle, with the first of each row's images and all of its figures.
     *
     * @param images as {@link #fetch} gave them
     * @param table of these images
     * @param cell edge of an image on the sheet in pixels
     * @param currency of the costs
     */
    public BufferedImage sheet(List<List<BufferedImage>> images, DemoTable table, int cell, String currency) {
        List<ContactSheet.Section> sections = new ArrayList<>();
        for (int row = 0; row < plan.rows().size(); row++) {
            DemoPlan.Row asked = plan.rows().get(row);
            boolean first =
                    row == 0 || !asked.subject().equals(plan.rows().get(row - 1).subject());
            if (first) {
                sections.add(section(asked.subject(), currency));
            }
            DemoTable.Line line = table.lines().get(row);
            sections.getLast()
                    .rows()
                    .add(new ContactSheet.Row(asked.name(), note(steps(row)), shown(images.get(row)), figures(line)));
        }
        return ContactSheet.draw(sections, cell);
    }

    private static String note(StepPlan plan) {
        double largest =
                plan.weights().stream().mapToDouble(Double::doubleValue).max().orElse(1);
        String weight = largest > 1 ? String.format(Locale.ROOT, ", weight %.0f", largest) : "";
        boolean even = plan.weights().stream().distinct().count() <= 1;
        return plan.guidedCount() + " of " + plan.steps() + " guided"
                + (even ? weight : weight.replace("weight", "weight to"));
    }

    private static ContactSheet.Section section(Subject subject, String currency) {
        return new ContactSheet.Section(
                shown(subject.columns()).stream().map(Subject.Column::caption).toList(),
                List.of(
                        "evaluations",
                        "device time",
                        "cost " + currency,
                        "hits of " + subject.columns().size()),
                new ArrayList<>());
    }

    private static List<String> figures(DemoTable.Line line) {
        return List.of(
                String.format(Locale.ROOT, "%.0f", line.evaluations()),
                line.ratio() == null ? "" : String.format(Locale.ROOT, "× %.2f", line.ratio()),
                line.cost().toPlainString(),
                line.auditorHits() == null ? "" : String.valueOf(Math.round(line.auditorHits() * line.images())));
    }

    private static <T> List<T> shown(List<T> columns) {
        return columns.subList(0, Math.min(SHOWN, columns.size()));
    }

    /**
     * Judges the images and sums up.
     *
     * @param images as {@link #fetch} gave them
     */
    public DemoTable table(List<List<BufferedImage>> images, TorchScriptBundles torch) {
        Map<String, Double> nanosByName = new HashMap<>();
        List<DemoTable.Line> lines = new ArrayList<>();
        for (int row = 0; row < plan.rows().size(); row++) {
            nanosByName.put(plan.rows().get(row).name(), nanosPerImage(row));
        }
        for (int row = 0; row < plan.rows().size(); row++) {
            lines.add(line(row, images.get(row), torch, nanosByName));
        }
        return new DemoTable(
                plan.requests(), results.settledOnce(), planned(), counted - countedTexts, charged(), lines);
    }

    private DemoTable.Line line(
            int row, List<BufferedImage> images, TorchScriptBundles torch, Map<String, Double> nanosByName) {
        List<HitRates.Sample> samples = new ArrayList<>();
        BigDecimal cost = BigDecimal.ZERO;
        for (int column = 0; column < images.size(); column++) {
            if (completion(row, column).isPresent()) {
                samples.add(new HitRates.Sample(
                        images.get(column), columns(row).get(column).target()));
            }
            cost = cost.add(charge(row, column).map(CostIncurred::getListCost).orElse(BigDecimal.ZERO));
        }
        DemoPlan.Row asked = plan.rows().get(row);
        HitRates hits = HitRates.of(samples, bundle(row), torch);
        Evaluations evaluations = evaluations(row);
        long made = evaluations.rows();
        long whole = made + evaluations.skipped();
        double nanos = nanosPerImage(row);
        OptionalDouble ratio = asked.full().stream()
                .mapToDouble(name -> nanosByName.getOrDefault(name, 0.0))
                .filter(full -> full > 0)
                .map(full -> nanos / full)
                .findFirst();
        return new DemoTable.Line(
                asked.name(),
                asked.subject().model(),
                asked.sampler().steps(),
                images.size(),
                steps(row).guidedCount(),
                made,
                whole,
                100.0 * (whole - made) / whole,
                nanos / 1e6,
                DemoTable.orNull(ratio),
                cost.setScale(6, RoundingMode.HALF_EVEN),
                DemoTable.orNull(hits.guide()),
                DemoTable.orNull(hits.auditor()));
    }

    private double nanosPerImage(int row) {
        long nanos = 0;
        int images = columns(row).size();
        for (int column = 0; column < images; column++) {
            nanos += charge(row, column).map(CostIncurred::getDeviceNanos).orElse(0L);
        }
        return (double) nanos / images;
    }

    private Optional<CostIncurred> charge(int row, int column) {
        return results.cost(plan.id(row, column).value());
    }

    private Optional<GenerationCompleted> completion(int row, int column) {
        return results.completion(plan.id(row, column).value());
    }

    private BufferedImage fetch(ImageStore store, int row, int column) throws IOException {
        Optional<GenerationCompleted> completed = completion(row, column);
        if (completed.isEmpty()) {
            BundleManifest.TensorShape shape = bundle(row).manifest().image();
            return new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_INT_RGB);
        }
        ImageObject image = completed.get().getImages().getFirst();
        byte[] png = store.get(image.getBucket(), image.getKey())
                .toCompletableFuture()
                .join();
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private List<Subject.Column> columns(int row) {
        return plan.rows().get(row).subject().columns();
    }

    private Bundle bundle(int row) {
        String model = plan.rows().get(row).subject().model();
        Bundle bundle = bundles.get(model);
        if (bundle == null) {
            throw new IllegalStateException("the worker does not serve " + model);
        }
        return bundle;
    }

    private StepPlan steps(int row) {
        return samplingSchedule(row).plan();
    }

    private SamplingSchedule samplingSchedule(int row) {
        BundleManifest.Diffusion diffusion = bundle(row).manifest().diffusion();
        DemoPlan.Row asked = plan.rows().get(row);
        return diffusion.samplingSchedule(
                asked.sampler(),
                asked.guidance(),
                diffusion
                        .process()
                        .tables(asked.sampler().kind(), asked.sampler().steps()));
    }

    private Evaluations evaluations(int row) {
        return samplingSchedule(row).evaluations().plus(bundle(row).laterEvaluations());
    }

    private static long texts(Bundle bundle) {
        return Stream.of(Network.TEXT_ENCODER, Network.GUIDE_TEXT_ENCODER)
                .filter(bundle::has)
                .mapToLong(encoder -> bundle.counter(encoder).used())
                .sum();
    }

    private long planned() {
        long planned = 0;
        for (int row = 0; row < plan.rows().size(); row++) {
            planned += evaluations(row).rows() * columns(row).size();
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
}
