package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.text.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What rows cost on the device: as said, or as {@code sluice sweep --json} measured. */
final class RowCostOptions {
    @Option(
            names = "--gpu-row-ms",
            paramLabel = "MS",
            description = "Device time of a denoiser row in full batches, for every model.")
    private @Nullable Double rowMillis;

    @Option(
            names = "--gpu-guide-row-ms",
            paramLabel = "MS",
            description = "Device time of a guide row in full batches. Default: that of a denoiser row.")
    private @Nullable Double guideRowMillis;

    @Option(
            names = {"--batch-size", "--rows-per-call"},
            paramLabel = "N",
            defaultValue = "16",
            description = "Batch size of the denoiser. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = {"--guide-batch-size", "--guide-rows-per-call"},
            paramLabel = "N",
            description = "Batch size of the guide. Default: half of the denoiser's, at least 4.")
    private @Nullable Integer guideRows;

    @Option(
            names = "--sweep",
            paramLabel = "FILE",
            description = "What sluice sweep --json printed on a worker's machine. Instead of --gpu-row-ms,"
                    + " --gpu-guide-row-ms, --batch-size and --guide-batch-size.")
    private @Nullable Path sweep;

    /** The models, with what their rows cost. */
    List<SimulatedModel> models(List<String> names) {
        if ((sweep == null) == (rowMillis == null)) {
            throw new Main.WrongUsage("give --gpu-row-ms, or --sweep FILE");
        }
        if (sweep != null) {
            Map<String, SimulatedModel> swept = swept(sweep);
            return names.stream().map(name -> ofSweep(name, swept)).toList();
        }
        double denoiser = positive("--gpu-row-ms", rowMillis == null ? 0 : rowMillis);
        double guide = positive("--gpu-guide-row-ms", guideRowMillis == null ? denoiser : guideRowMillis);
        int guides = guideRows == null ? Math.max(4, rows / 2) : guideRows;
        if (rows < 1 || guides < 1 || Math.max(rows, guides) > 65_536) {
            throw new Main.WrongUsage("--batch-size and --guide-batch-size must be from 1 to 65536");
        }
        return names.stream()
                .map(name -> SimulatedModel.of(name, new BatchSizes(rows, guides), denoiser * 1e6, guide * 1e6))
                .toList();
    }

    private static double positive(String option, double millis) {
        if (!(millis > 0 && millis <= 1e6)) {
            throw new Main.WrongUsage(option + " must be above 0 and at most 1000000 ms, not " + millis);
        }
        return millis;
    }

    private static SimulatedModel ofSweep(String name, Map<String, SimulatedModel> swept) {
        SimulatedModel model = swept.get(name);
        if (model == null && swept.size() == 1 && name.equals("model")) {
            // A mix that names no model is of the only one.
            SimulatedModel only = swept.values().iterator().next();
            return new SimulatedModel(name, only.rows(), only.denoiserBatchNanos(), only.guideBatchNanos());
        }
        if (model == null) {
            throw new Main.WrongUsage("--sweep: nothing was measured of " + name + "; it has "
                    + String.join(", ", swept.keySet().stream().sorted().toList())
                    + Nearest.didYouMean(name, swept.keySet()));
        }
        return model;
    }

    private static Map<String, SimulatedModel> swept(Path file) {
        JsonNode root;
        try {
            root = new JsonMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new Main.WrongUsage("--sweep: " + file + " is not what sluice sweep --json printed");
        }
        Map<String, SimulatedModel> models = new HashMap<>();
        for (JsonNode bundle : root.path("bundles")) {
            Optional<Swept> denoiser = swept(bundle, "denoiser");
            denoiser.ifPresent(found -> {
                // A bundle without a guide is never asked for a guide's rows.
                Swept guide = swept(bundle, "guide").orElse(found);
                models.put(
                        bundle.path("name").asText(),
                        new SimulatedModel(
                                bundle.path("name").asText(),
                                new BatchSizes(found.rows(), guide.rows()),
                                found.batchNanos(),
                                guide.batchNanos()));
            });
        }
        if (models.isEmpty()) {
            throw new Main.WrongUsage("--sweep: " + file + " has no measured denoiser");
        }
        return models;
    }

    private record Swept(int rows, long batchNanos) {}

    private static Optional<Swept> swept(JsonNode bundle, String name) {
        List<Swept> found = new ArrayList<>();
        for (JsonNode network : bundle.path("networks")) {
            int chosen = network.path("rows").asInt();
            for (JsonNode size : network.path("measured")) {
                if (network.path("network").asText().equals(name)
                        && size.path("rows").asInt() == chosen) {
                    found.add(new Swept(
                            chosen,
                            Math.max(1, Math.round(size.path("callMillis").asDouble() * 1e6))));
                }
            }
        }
        return found.stream().findFirst();
    }
}
