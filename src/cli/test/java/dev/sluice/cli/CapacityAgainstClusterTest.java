package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Held to what was seen of a real KEDA on a cluster of one node. What is put in was measured there as well, and is said in
 * docs/scale.md.
 */
class CapacityAgainstClusterTest {
    private static final String SETTINGS = "--partitions 4 --batch-size 4 --workers 3 --slo p95=60s --json --keda"
            + " --max-replicas 3 --polling 5s --cooldown 125s --lag-threshold 4 --waiting-threshold 10s --scrape 2s --hpa-sync 5s";

    /** Seconds after the first request at which the Deployment was seen to be set so, and how far p50 is off. */
    enum Seen {
        FED("cluster.csv", "--gpu-row-ms 39.8 --aside 500ms --start 29400ms", 21.9, 200.0, 50),
        STARVED(
                "cluster-starved.csv",
                "--gpu-row-ms 33.7 --aside 2600ms --commit 10100ms --start 53s",
                17.5,
                271.6,
                35);

        private final String requests;
        private final String measured;
        private final double mostWantedSeconds;
        private final double noneWantedSeconds;
        private final int medianPercent;

        Seen(String requests, String measured, double mostWantedSeconds, double noneWantedSeconds, int medianPercent) {
            this.requests = requests;
            this.measured = measured;
            this.mostWantedSeconds = mostWantedSeconds;
            this.noneWantedSeconds = noneWantedSeconds;
            this.medianPercent = medianPercent;
        }
    }

    /** A look of KEDA and one of the horizontal autoscaler may lie between. */
    @ParameterizedTest
    @EnumSource
    void replicasRiseWithinTwoLooksOfWhatWasSeen(Seen seen) {
        JsonNode keda = report(seen).at("/scaled/0");

        assertThat(keda.at("/mostReplicas").intValue()).isEqualTo(3);
        assertThat(secondsOf(3, keda)).isBetween(seen.mostWantedSeconds - 10, seen.mostWantedSeconds + 10);
    }

    @ParameterizedTest
    @EnumSource
    void replicasFallWhenTheyWereSeenTo(Seen seen) {
        JsonNode replicas = report(seen).at("/scaled/0/replicas");
        JsonNode last = replicas.get(replicas.size() - 1);

        assertThat(last.at("/replicas").intValue()).isZero();
        assertThat(last.at("/atSeconds").doubleValue()).isCloseTo(seen.noneWantedSeconds, withinPercentage(15));
    }

    @ParameterizedTest
    @EnumSource
    void highQuantilesAreWithin15PercentOfWhatWasSeen(Seen seen) {
        JsonNode report = report(seen);

        for (String quantile : List.of("p95Seconds", "p99Seconds")) {
            assertThat(simulated(quantile, report)).isCloseTo(observed(quantile, report), withinPercentage(15));
        }
    }

    /** Not within 15: docs/scale.md says what is off. */
    @ParameterizedTest
    @EnumSource
    void theMedianIsNoFurtherOffThanDocumented(Seen seen) {
        JsonNode report = report(seen);

        assertThat(simulated("p50Seconds", report))
                .isCloseTo(observed("p50Seconds", report), withinPercentage(seen.medianPercent));
    }

    private static double simulated(String quantile, JsonNode report) {
        return report.at("/scaled/0/latency/" + quantile).doubleValue();
    }

    private static double observed(String quantile, JsonNode report) {
        return report.at("/trace/observed/" + quantile).doubleValue();
    }

    private static double secondsOf(int replicas, JsonNode keda) {
        for (JsonNode change : keda.at("/replicas")) {
            if (change.at("/replicas").intValue() == replicas) {
                return change.at("/atSeconds").doubleValue();
            }
        }
        throw new AssertionError("never " + replicas + " workers: " + keda);
    }

    private static JsonNode report(Seen seen) {
        List<String> words =
                new ArrayList<>(List.of("capacity", "--trace", "src/cli/test/resources/capacity/" + seen.requests));
        words.addAll(List.of((seen.measured + " " + SETTINGS).split(" ", -1)));
        try {
            return new JsonMapper()
                    .readTree(CommandRun.of(words.toArray(String[]::new)).out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
