package dev.sluice.cli;

import dev.sluice.capacity.Scaling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The settings of the chart's autoscaling, each a list: every combination is tried. */
final class KedaOptions {
    /** The options that have no effect without {@code --keda}. */
    static final List<String> NAMES = List.of(
            "--min-replicas",
            "--max-replicas",
            "--polling",
            "--cooldown",
            "--start",
            "--lag-threshold",
            "--waiting-threshold",
            "--scrape",
            "--hpa-sync");

    private static final int MOST = 64;

    @Option(
            names = "--keda",
            description =
                    "Also simulate KEDA, with the chart's settings. Options marked With --keda change them. A list, such"
                            + " as 15s,60s, tries each value.")
    private boolean keda;

    @Option(
            names = "--min-replicas",
            split = ",",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --keda: fewest workers. Default: ${DEFAULT-VALUE}.")
    private List<Integer> minReplicas = List.of();

    @Option(
            names = "--max-replicas",
            split = ",",
            paramLabel = "N",
            defaultValue = "4",
            description = "With --keda: most workers. Default: ${DEFAULT-VALUE}.")
    private List<Integer> maxReplicas = List.of();

    @Option(
            names = "--polling",
            paramLabel = "TIME",
            split = ",",
            converter = Span.class,
            defaultValue = "15s",
            description = "With --keda: pollingInterval. Default: ${DEFAULT-VALUE}.")
    private List<Duration> polling = List.of();

    @Option(
            names = "--cooldown",
            paramLabel = "TIME",
            split = ",",
            converter = Span.class,
            defaultValue = "600s",
            description = "With --keda: cooldownPeriod. Default: ${DEFAULT-VALUE}.")
    private List<Duration> cooldown = List.of();

    @Option(
            names = "--start",
            paramLabel = "TIME",
            split = ",",
            converter = Span.class,
            defaultValue = "60s",
            description =
                    "With --keda: time from a pod's creation until its worker takes requests. Default: ${DEFAULT-VALUE}.")
    private List<Duration> start = List.of();

    @Option(
            names = "--lag-threshold",
            paramLabel = "N",
            split = ",",
            defaultValue = "4",
            description = "With --keda: requests of lag for each worker. Default: ${DEFAULT-VALUE}.")
    private List<Integer> lag = List.of();

    @Option(
            names = "--waiting-threshold",
            paramLabel = "TIME",
            split = ",",
            converter = Span.class,
            defaultValue = "60s",
            description = "With --keda: seconds of accepted work for each worker. Default: ${DEFAULT-VALUE}.")
    private List<Duration> waiting = List.of();

    @Option(
            names = "--scrape",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "15s",
            description = "With --keda: how often Prometheus asks workers. Default: ${DEFAULT-VALUE}.")
    private Duration scrape = Duration.ofSeconds(15);

    @Option(
            names = "--hpa-sync",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "15s",
            description = "With --keda: how often the horizontal autoscaler decides. kube-controller-manager's"
                    + " --horizontal-pod-autoscaler-sync-period. Default: ${DEFAULT-VALUE}, as Kubernetes'.")
    private Duration horizontalSync = Duration.ofSeconds(15);

    boolean wanted() {
        return keda;
    }

    /** Every combination. */
    List<Scaling.Keda> all(int partitions) {
        List<Scaling.Keda> all = new ArrayList<>();
        for (int least : minReplicas) {
            for (int most : maxReplicas) {
                require(
                        least >= 0 && most >= Math.max(1, least),
                        "--min-replicas and --max-replicas: " + least + " to " + most + " is no range");
                require(
                        most <= partitions,
                        "--max-replicas: " + most + " workers can't share " + partitions + " partitions");
                for (Duration every : polling) {
                    for (Duration cool : cooldown) {
                        for (Duration begin : start) {
                            for (int requests : lag) {
                                for (Duration work : waiting) {
                                    require(
                                            every.isPositive()
                                                    && work.isPositive()
                                                    && scrape.isPositive()
                                                    && horizontalSync.isPositive()
                                                    && requests >= 1,
                                            "--polling, --lag-threshold, --waiting-threshold, --scrape and --hpa-sync"
                                                    + " must be above 0");
                                    all.add(new Scaling.Keda(
                                            least, most, every, cool, begin, requests, work, scrape, horizontalSync));
                                }
                            }
                        }
                    }
                }
            }
        }
        require(all.size() <= MOST, "these are " + all.size() + " combinations; at most " + MOST + " are tried");
        return all;
    }

    private static void require(boolean right, String problem) {
        if (!right) {
            throw new Main.WrongUsage(problem);
        }
    }
}
