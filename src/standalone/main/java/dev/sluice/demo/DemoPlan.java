package dev.sluice.demo;

import dev.sluice.model.BundleManifest;
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
import dev.sluice.request.Network;
import dev.sluice.request.Priority;
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
 * What a demo asks for: rows of images, each under a guidance of its own, with the same prompts and seeds in every row of a
 * {@link Subject}.
 */
public record DemoPlan(List<Row> rows) {
    public DemoPlan {
        rows = List.copyOf(rows);
    }

    /**
     * A row of the contact sheet and a line of the table.
     *
     * @param full name of the row that this one's device time is compared with; empty where it is compared with none
     */
    record Row(String name, Subject subject, SamplerSettings sampler, Guidance guidance, Optional<String> full) {}

    /**
     * Every schedule on one bundle, under each kind of guidance that it can be guided by: what each saves and what it costs in
     * hits.
     *
     * @param images of each row
     * @param steps sampling steps of every request
     */
    public static DemoPlan ofSchedules(BundleManifest manifest, int images, int steps) {
        // A fifth of the steps, as the paper's 50 of 250.
        int guided = Math.max(2, steps / 5);
        Subject subject = Subject.of(manifest, images);
        SamplerSettings sampler = SamplerSettings.ddpm(steps);
        Optional<String> cfg = Optional.of("CFG, full");
        Optional<String> gradient = Optional.of("classifier, full");
        List<Row> rows = new ArrayList<>();
        // Compressed guidance leads, beside what it saves from and what there is without it.
        if (manifest.guidance().classifierFree()) {
            rows.add(new Row("CompCFG, k=1", subject, sampler, free(manifest, new Compress(guided, 1)), cfg));
            rows.add(new Row("CFG, full", subject, sampler, free(manifest, new Full()), cfg));
        }
        rows.add(new Row("none", subject, sampler, new Guidance.None(), Optional.empty()));
        if (manifest.guidance().classifierFree()) {
            rows.add(new Row("CompCFG, k=5", subject, sampler, free(manifest, new Compress(guided, 5)), cfg));
        }
        if (manifest.has(Network.GUIDE)) {
            rows.add(new Row("CompG, k=1", subject, sampler, classifier(manifest, new Compress(guided, 1)), gradient));
            rows.add(new Row("classifier, full", subject, sampler, classifier(manifest, new Full()), gradient));
            rows.add(new Row("early stop", subject, sampler, classifier(manifest, new EarlyStop(guided)), gradient));
            rows.add(new Row("uniform", subject, sampler, classifier(manifest, new Uniform(guided)), gradient));
        }
        return new DemoPlan(rows);
    }

    /**
     * The paper's systems, full and compressed, and each bundle without guidance.
     *
     * @param manifests of the bundles that are served, at most one of a family
     * @param images of each row
     * @param steps sampling steps of every request
     */
    public static DemoPlan ofSystems(List<BundleManifest> manifests, int images, int steps) {
        List<Row> rows = new ArrayList<>();
        for (BundleManifest manifest : manifests) {
            Subject subject = Subject.of(manifest, images);
            for (PaperSystem system : PaperSystem.values()) {
                if (system.family().equals(manifest.family())) {
                    rows.addAll(rows(system, subject, manifest, steps, rows));
                }
            }
        }
        return new DemoPlan(rows);
    }

    private static List<Row> rows(
            PaperSystem system, Subject subject, BundleManifest manifest, int steps, List<Row> before) {
        SamplerSettings sampler = system.sampler(steps);
        List<Row> rows = new ArrayList<>();
        if (before.stream().noneMatch(row -> row.subject().equals(subject))) {
            rows.add(new Row(manifest.name(), subject, sampler, new Guidance.None(), Optional.empty()));
        }
        Optional<String> full = Optional.of(system.fullName());
        rows.add(new Row(system.fullName(), subject, sampler, system.full(manifest.defaults()), full));
        rows.add(new Row(
                system.compressedName(), subject, sampler, system.compressed(manifest.defaults(), steps), full));
        return rows;
    }

    /** How many images there are in all. */
    public int requests() {
        return rows.stream().mapToInt(row -> row.subject().columns().size()).sum();
    }

    RequestId id(int row, int column) {
        return new RequestId("demo-" + row + "-" + column);
    }

    /** All requests, in an order that mixes rows and columns, the same at every run. */
    public List<GenerationRequest> shuffled() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < rows.get(row).subject().columns().size(); column++) {
                requests.add(request(row, column));
            }
        }
        Collections.shuffle(requests, new Random(1));
        return requests;
    }

    private GenerationRequest request(int row, int column) {
        Row asked = rows.get(row);
        return new GenerationRequest(
                id(row, column),
                new TenantId("demo"),
                asked.subject().model(),
                asked.subject().columns().get(column).prompt(),
                1,
                0,
                1000L + column,
                asked.sampler(),
                asked.guidance(),
                Priority.INTERACTIVE,
                Optional.empty(),
                Map.of("row", asked.name()));
    }

    private static Guidance free(BundleManifest manifest, GuidanceSchedule schedule) {
        return new ClassifierFree(
                manifest.defaults().classifierFreeScale(), schedule, GuidanceWeighting.defaultFor(schedule));
    }

    private static Guidance classifier(BundleManifest manifest, GuidanceSchedule schedule) {
        return new Classifier(
                manifest.defaults().classifierScale(),
                schedule,
                GuidanceWeighting.defaultFor(schedule),
                DenoiserCondition.CONDITIONAL);
    }
}
