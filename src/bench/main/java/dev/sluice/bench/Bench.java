package dev.sluice.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Measures bundle after bundle, and on the first one also what does not depend on a model. */
public final class Bench {
    /** Time for each bundle after the first. */
    private static final Duration PART_BUDGET = Duration.ofMinutes(3);

    private static final Duration FIRST_PART_BUDGET = Duration.ofMinutes(6);

    private final TorchScriptBundles torch;
    private final Setup setup;
    private final Consumer<String> progress;

    /**
     * What to measure, and how.
     *
     * @param bundles directories, the shipped bundle's first
     * @param threads for an operator's parallel parts on the CPU
     * @param rowsPerCall rows of a denoiser batch; empty for where more rows gain nothing, for each bundle by itself
     * @param rival the static server for a bundle's directory
     * @param asked the figures to measure
     * @param launcher the program, as a shell finds it
     */
    public record Setup(
            List<Path> bundles,
            int threads,
            OptionalInt rowsPerCall,
            BenchPlan plan,
            Function<Path, StaticOption> rival,
            Set<FigureKind> asked,
            long seed,
            Path launcher) {
        public Setup {
            bundles = List.copyOf(bundles);
            asked = Set.copyOf(asked);
        }
    }

    /**
     * A bench on one device.
     *
     * @param progress hears, in a line each, what is being measured
     */
    public Bench(TorchScriptBundles torch, Setup setup, Consumer<String> progress) {
        this.torch = torch;
        this.setup = setup;
        this.progress = progress;
    }

    /**
     * Measures everything that was asked for.
     *
     * @param machine that this is
     * @param versions of what is measured
     */
    public BenchReport run(Machine machine, Versions versions) throws InterruptedException {
        List<VerifiedBundle> verified =
                setup.bundles().stream().map(VerifiedBundle::read).toList();
        List<ModelFigures> models = new ArrayList<>();
        for (VerifiedBundle bundle : verified) {
            models.add(measure(bundle, models.isEmpty()));
        }
        return new BenchReport(machine, versions, models);
    }

    private ModelFigures measure(VerifiedBundle verified, boolean first) throws InterruptedException {
        Runnable prepareThread = () -> torch.prepareCallingThread(setup.threads());
        try (Bundle bundle = torch.open(forTiming(verified))) {
            BatchSizes callRows = new BatchSizesChoice(bundle, prepareThread, progress).choose(setup.rowsPerCall());
            Stand stand = new Stand(bundle, callRows, prepareThread, setup.plan(), setup.seed(), progress);
            ModelFigures figures = new ModelBench(stand, setup.asked(), first ? FIRST_PART_BUDGET : PART_BUDGET)
                    .measure(parameters(verified), setup.rival().apply(verified.directory()));
            if (!first) {
                return figures;
            }
            ServiceBench service =
                    new ServiceBench(setup.plan().service(), new CommandStarts(setup.launcher()), progress);
            return figures.with(service.measure(setup.asked(), bundle, prepareThread));
        }
    }

    /**
     * An evaluation without a prompt takes as long where the denoiser never learned it, and nobody looks at the images.
     */
    private static VerifiedBundle forTiming(VerifiedBundle verified) {
        return new VerifiedBundle(verified.directory(), verified.manifest().knowingNoPrompt(), verified.identity());
    }

    /** The denoiser's parameters, as the manifest has them; 0 where it doesn't say. */
    private static long parameters(VerifiedBundle verified) {
        try {
            return new JsonMapper()
                    .readTree(verified.directory().resolve("bundle.json").toFile())
                    .at("/modules/denoiser/parameters")
                    .asLong();
        } catch (IOException e) {
            return 0;
        }
    }
}
