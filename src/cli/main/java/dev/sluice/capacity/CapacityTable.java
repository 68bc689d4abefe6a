package dev.sluice.capacity;

import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.request.DurationText;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people. */
public final class CapacityTable {
    private final CapacityReport report;
    private final PrintWriter out;
    private final int width;

    private CapacityTable(CapacityReport report, PrintWriter out, int width) {
        this.report = report;
        this.out = out;
        this.width = width;
    }

    /** Prints the report at this width. */
    public static void print(CapacityReport report, int width, PrintWriter out) {
        new CapacityTable(report, out, width).print();
    }

    private void print() {
        about();
        out.println();
        schedules();
        if (!report.scaled().isEmpty()) {
            out.println();
            scaled();
        }
    }

    private void about() {
        Trace trace = report.trace();
        double seconds = trace.span().toNanos() / 1e9;
        say(String.format(
                Locale.ROOT,
                "%,d requests for %,d images in %s; %.3g requests/s on average, %.3g in the busiest minute.",
                trace.requests(),
                trace.images(),
                DurationText.of(Duration.ofSeconds(Math.max(1, trace.span().toSeconds()))),
                seconds == 0 ? 0 : trace.requests() / seconds,
                trace.busiestMinute() / 60.0));
        for (SimulatedModel model : report.fleet().models()) {
            say(String.format(
                    Locale.ROOT,
                    "%s: a denoiser row takes %.4g ms in batches of %d, a guide row %.4g ms in batches of %d.",
                    model.name(),
                    model.denoiserRowNanos() / 1e6,
                    model.rows().denoiser(),
                    model.guideRowNanos() / 1e6,
                    model.rows().guide()));
        }
        say("Target: " + report.target() + ", from publication to completion. Topic of "
                + report.fleet().partitions() + " partitions.");
    }

    private void schedules() {
        List<String> heads = new ArrayList<>(
                List.of("schedules", "workers", "met", "busy", "filled", "p50 s", "p95 s", "p99 s", "saved"));
        report.perSecond().ifPresent(price -> heads.add("cost " + report.currency()));
        Table table = Table.ofFigures(1, heads);
        for (CapacityReport.Schedule schedule : report.schedules()) {
            CapacityPlan.Workers workers = schedule.workers();
            List<String> cells = new ArrayList<>(List.of(
                    schedule.guiding().label(),
                    String.valueOf(workers.count()),
                    yes(workers.met()),
                    percent(workers.run().busy()),
                    percent(workers.filled())));
            quantiles(cells, workers.run().latencies());
            cells.add(percent(report.saved(schedule)));
            cost(cells, workers.run());
            table.row(cells);
        }
        Latencies observed = report.trace().observed();
        if (observed.count() > 0) {
            List<String> cells = new ArrayList<>(List.of("observed", "", "", "", ""));
            quantiles(cells, observed);
            while (cells.size() < heads.size()) {
                cells.add("");
            }
            table.row(cells);
        }
        table.print(out, width);
        for (CapacityReport.Schedule schedule : report.schedules()) {
            if (!schedule.workers().met()) {
                say(schedule.guiding().label() + ": " + schedule.workers().count()
                        + (schedule.workers().count() == report.fleet().partitions()
                                ? " workers, one for each partition, don't keep the target."
                                : " workers don't keep the target."));
            }
            int idle = schedule.workers().count() - report.fleet().partitions();
            if (idle > 0) {
                say(schedule.guiding().label() + ": " + idle + " of "
                        + schedule.workers().count() + " workers have no partition and are idle.");
            }
            if (schedule.workers().run().expired() > 0) {
                say(schedule.guiding().label() + ": " + schedule.workers().run().expired()
                        + " requests were ended by their deadline.");
            }
        }
    }

    private void scaled() {
        List<String> heads = new ArrayList<>(
                List.of("KEDA", "most", "mean", "starts", "met", "p50 s", "p95 s", "p99 s", "longest s"));
        report.perSecond().ifPresent(price -> heads.add("cost " + report.currency()));
        Table table = Table.ofFigures(1, heads);
        for (CapacityReport.Scaled scaled : report.scaled()) {
            Run run = scaled.run();
            List<String> cells = new ArrayList<>(List.of(
                    settings(scaled.keda()),
                    String.valueOf(run.mostReplicas()),
                    number(run.meanReplicas()),
                    String.valueOf(run.starts()),
                    yes(scaled.met())));
            quantiles(cells, run.latencies());
            cells.add(number(run.latencies().seconds(1)));
            cost(cells, run);
            table.row(cells);
        }
        table.print(out, width);
        say(
                "KEDA: replicas, then poll/cooldown/start in seconds, then lag/waiting seconds for each worker. Workers cost from"
                        + " their pod's creation on.");
    }

    private static String settings(Scaling.Keda keda) {
        return keda.minReplicas() + "-" + keda.maxReplicas() + " "
                + keda.polling().toSeconds() + "/" + keda.cooldown().toSeconds() + "/"
                + keda.start().toSeconds() + " " + keda.lagThreshold() + "/"
                + keda.waitingThreshold().toSeconds();
    }

    private void cost(List<String> cells, Run run) {
        report.cost(run.workers())
                .ifPresent(cost ->
                        cells.add(cost.setScale(report.currency().getDefaultFractionDigits(), RoundingMode.HALF_UP)
                                .toPlainString()));
    }

    private static void quantiles(List<String> cells, Latencies latencies) {
        for (double share : new double[] {0.5, 0.95, 0.99}) {
            cells.add(number(latencies.seconds(share)));
        }
    }

    private static String yes(boolean met) {
        return met ? "yes" : "no";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    private void say(String text) {
        Paragraph.lines(text, width, 2).forEach(out::println);
    }
}
