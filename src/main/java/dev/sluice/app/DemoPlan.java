package dev.sluice.app;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.Classifier;
import dev.sluice.request.Guidance.ClassifierFree;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Compress;
import dev.sluice.request.GuidanceSchedule.EarlyStop;
import dev.sluice.request.GuidanceSchedule.Full;
import dev.sluice.request.GuidanceSchedule.Uniform;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * What the demo asks for: every schedule with every label, the same seeds in every row. Columns go through the labels in
 * turn, each time with another seed.
 *
 * @param steps sampling steps of every request
 */
record DemoPlan(String model, List<String> labels, int columns, int steps, List<Row> rows) {
    DemoPlan {
        labels = List.copyOf(labels);
        rows = List.copyOf(rows);
    }

    /** A row of the contact sheet. */
    record Row(String name, Guidance guidance) {}

    static DemoPlan of(
            String model, List<String> labels, int columns, int steps, double freeScale, double classifierScale) {
        // A fifth of the steps, as the paper's 50 of 250.
        int guided = Math.max(2, steps / 5);
        return new DemoPlan(
                model,
                labels,
                columns,
                steps,
                List.of(
                        new Row("none", new Guidance.None()),
                        new Row("CFG, full", free(freeScale, new Full())),
                        new Row("CompCFG, k=1", free(freeScale, new Compress(guided, 1))),
                        new Row("CompCFG, k=5", free(freeScale, new Compress(guided, 5))),
                        new Row("classifier, full", classifier(classifierScale, new Full())),
                        new Row("CompG, k=1", classifier(classifierScale, new Compress(guided, 1))),
                        new Row("early stop", classifier(classifierScale, new EarlyStop(guided))),
                        new Row("uniform", classifier(classifierScale, new Uniform(guided)))));
    }

    String label(int column) {
        return labels.get(column % labels.size());
    }

    RequestId id(int row, int column) {
        return new RequestId("demo-" + row + "-" + column);
    }

    /** All requests, in an order that mixes rows and columns, the same at every run. */
    List<GenerationRequest> shuffled() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < columns; column++) {
                requests.add(request(row, column));
            }
        }
        Collections.shuffle(requests, new Random(1));
        return requests;
    }

    private GenerationRequest request(int row, int column) {
        return new GenerationRequest(
                id(row, column),
                new TenantId("demo"),
                model,
                new Prompt.Label(label(column)),
                1,
                1000L + column,
                sampler(),
                rows.get(row).guidance(),
                Priority.INTERACTIVE,
                Optional.empty(),
                Map.of("row", rows.get(row).name()));
    }

    SamplerSettings sampler() {
        return SamplerSettings.ddpm(steps);
    }

    private static Guidance free(double scale, GuidanceSchedule schedule) {
        return new ClassifierFree(scale, schedule, GuidanceWeighting.defaultFor(schedule));
    }

    /** The denoiser isn't told the class, so that what guidance does can be seen. */
    private static Guidance classifier(double scale, GuidanceSchedule schedule) {
        return new Classifier(scale, schedule, GuidanceWeighting.defaultFor(schedule), DenoiserCondition.UNCONDITIONAL);
    }
}
