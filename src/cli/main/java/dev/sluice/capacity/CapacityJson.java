package dev.sluice.capacity;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.engine.simulation.SimulatedModel;
import java.time.Duration;
import java.util.Locale;

/** A report for programs: {@code docs/json/capacity.schema.json}. */
public final class CapacityJson {
    private final CapacityReport report;

    private CapacityJson(CapacityReport report) {
        this.report = report;
    }

    /** One object. */
    public static ObjectNode of(CapacityReport report) {
        return new CapacityJson(report).write();
    }

    private ObjectNode write() {
        ObjectNode root = new JsonMapper().createObjectNode();
        Trace trace = report.trace();
        ObjectNode about = root.putObject("trace");
        about.put("requests", trace.requests());
        about.put("images", trace.images());
        about.put("seconds", seconds(trace.span()));
        about.put("requestsInBusiestMinute", trace.busiestMinute());
        Latencies observed = trace.observed();
        if (observed.count() > 0) {
            latencies(about.putObject("observed"), observed);
        } else {
            about.putNull("observed");
        }
        ArrayNode models = root.putArray("models");
        for (SimulatedModel model : report.fleet().models()) {
            ObjectNode node = models.addObject();
            node.put("name", model.name());
            node.put("rowsPerCall", model.rows().denoiser());
            node.put("rowMillis", model.denoiserRowNanos() / 1e6);
            node.put("guideRowsPerCall", model.rows().guide());
            node.put("guideRowMillis", model.guideRowNanos() / 1e6);
        }
        root.put("partitions", report.fleet().partitions());
        root.put("detail", report.fleet().detail().name().toLowerCase(Locale.ROOT));
        ObjectNode target = root.putObject("target");
        target.put("share", report.target().share());
        target.put("seconds", seconds(report.target().within()));
        root.put("currency", report.currency().getCurrencyCode());
        ArrayNode schedules = root.putArray("schedules");
        report.schedules().forEach(schedule -> schedule(schedules.addObject(), schedule));
        ArrayNode scaled = root.putArray("scaled");
        report.scaled().forEach(each -> scaled(scaled.addObject(), each));
        return root;
    }

    private void schedule(ObjectNode node, CapacityReport.Schedule schedule) {
        node.put("schedules", schedule.guiding().label());
        node.put("workers", schedule.workers().count());
        node.put("met", schedule.workers().met());
        node.put("filled", schedule.workers().filled());
        node.put("rowSeconds", seconds(schedule.workers().rowTime()));
        node.put("saved", report.saved(schedule));
        run(node, schedule.workers().run());
    }

    private void scaled(ObjectNode node, CapacityReport.Scaled scaled) {
        Scaling.Keda keda = scaled.keda();
        ObjectNode settings = node.putObject("settings");
        settings.put("minReplicas", keda.minReplicas());
        settings.put("maxReplicas", keda.maxReplicas());
        settings.put("pollingSeconds", seconds(keda.polling()));
        settings.put("cooldownSeconds", seconds(keda.cooldown()));
        settings.put("startSeconds", seconds(keda.start()));
        settings.put("lagThreshold", keda.lagThreshold());
        settings.put("waitingThresholdSeconds", seconds(keda.waitingThreshold()));
        settings.put("scrapeSeconds", seconds(keda.scrape()));
        settings.put("horizontalSyncSeconds", seconds(keda.horizontalSync()));
        node.put("met", scaled.met());
        node.put("starts", scaled.run().starts());
        node.put("mostReplicas", scaled.run().mostReplicas());
        node.put("meanReplicas", scaled.run().meanReplicas());
        ArrayNode replicas = node.putArray("replicas");
        scaled.run()
                .replicas()
                .forEach(change -> replicas.addObject()
                        .put("atSeconds", seconds(change.at()))
                        .put("replicas", change.replicas()));
        run(node, scaled.run());
    }

    private void run(ObjectNode node, Run run) {
        latencies(node.putObject("latency"), run.latencies());
        node.put("expired", run.expired());
        node.put("handedOver", run.handedOver());
        node.put("busy", run.busy());
        node.put("deviceSeconds", seconds(run.device()));
        node.put("workerSeconds", seconds(run.workers()));
        report.cost(run.workers())
                .ifPresentOrElse(cost -> node.put("cost", cost.toPlainString()), () -> node.putNull("cost"));
    }

    private static void latencies(ObjectNode node, Latencies latencies) {
        node.put("requests", latencies.count());
        if (latencies.count() > 0) {
            node.put("p50Seconds", latencies.seconds(0.5));
            node.put("p95Seconds", latencies.seconds(0.95));
            node.put("p99Seconds", latencies.seconds(0.99));
            node.put("longestSeconds", latencies.seconds(1));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
