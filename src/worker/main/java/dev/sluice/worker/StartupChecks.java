package dev.sluice.worker;

import dev.sluice.model.BundleException;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.storage.StoreCheck;
import dev.sluice.stream.RegistryCheck;
import dev.sluice.stream.TopicCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at everything that a worker needs before it takes a partition, and tells all that is wrong at once: configuration,
 * bundles, prices, S3, topics, schema registry.
 *
 * <p>S3 and brokers that can't be reached are asked again for {@code startup.patience} each, side by side; where
 * configuration, bundles or prices are wrong, which no waiting mends, for a moment only. A registry that can't be reached
 * passes: a worker waits for it, whenever it is away. What could not be read from the configuration is not asked at all.
 */
final class StartupChecks {
    /** How long to wait for a first answer if the start fails anyway. */
    private static final Duration NO_PATIENCE = Duration.ofSeconds(3);

    private final WorkerConfig config;
    private final List<String> known;
    private final Function<List<VerifiedBundle>, List<String>> pricesOf;
    private final StartReport report;

    /**
     * Checks that have not run yet.
     *
     * @param draft what could be read of the configuration, with its problems
     * @param pricesOf what is wrong with the prices in view of the bundles that can be served
     * @param report is told of each step
     */
    StartupChecks(WorkerConfig.Draft draft, Function<List<VerifiedBundle>, List<String>> pricesOf, StartReport report) {
        config = draft.config();
        known = draft.problems();
        this.pricesOf = pricesOf;
        this.report = report;
    }

    /**
     * Runs them.
     *
     * @return the bundles to load
     * @throws StartupException listing every problem
     */
    List<VerifiedBundle> require() throws InterruptedException {
        List<String> problems = new ArrayList<>(known);
        List<VerifiedBundle> bundles = new ArrayList<>();
        for (Path directory : config.bundles()) {
            report.step(StartReport.Step.VERIFYING, "bundle " + directory, () -> bundle(directory, problems))
                    .ifPresent(bundles::add);
        }
        problems.addAll(namesakes(bundles));
        if (isKnownWell("price")) {
            problems.addAll(pricesOf.apply(List.copyOf(bundles)));
        }
        Duration patience = problems.isEmpty() ? config.lifecycle().startupPatience() : NO_PATIENCE;
        List<SideBySide.Look> outside = new ArrayList<>();
        if (isKnownWell("s3.", "checkpoint.")) {
            outside.add(() -> new StoreCheck(config.s3()).problems(prefixes(), patience));
        }
        if (isKnownWell("kafka.", "topics.", "registry")) {
            outside.add(() -> new TopicCheck(config.stream()).problems(patience));
        }
        if (isKnownWell("topics.", "registry")) {
            outside.add(() -> new RegistryCheck(config.stream()).problems());
        }
        problems.addAll(
                report.step(StartReport.Step.CHECKING, "S3, topics and registry", () -> SideBySide.problems(outside)));
        if (!problems.isEmpty()) {
            throw new StartupException(problems);
        }
        return bundles;
    }

    /** A request asks for a bundle by its name alone. */
    private static List<String> namesakes(List<VerifiedBundle> bundles) {
        Map<String, List<VerifiedBundle>> byName = new TreeMap<>(bundles.stream()
                .collect(Collectors.groupingBy(bundle -> bundle.manifest().name())));
        return byName.entrySet().stream()
                .filter(named -> named.getValue().size() > 1)
                .map(named -> "bundles: "
                        + named.getValue().stream()
                                .map(bundle -> bundle.directory().toString())
                                .collect(Collectors.joining(" and "))
                        + " have one name, " + named.getKey())
                .toList();
    }

    private static Optional<VerifiedBundle> bundle(Path directory, List<String> problems) {
        try {
            return Optional.of(VerifiedBundle.read(directory));
        } catch (BundleException e) {
            problems.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** Where the worker writes. */
    private List<String> prefixes() {
        return Stream.concat(
                        Stream.of(config.s3().keys().prefix()),
                        config.checkpoints().when().on()
                                ? Stream.of(config.checkpoints().prefix())
                                : Stream.empty())
                .distinct()
                .toList();
    }

    private boolean isKnownWell(String... beginnings) {
        return known.stream().noneMatch(problem -> Stream.of(beginnings).anyMatch(problem::startsWith));
    }
}
