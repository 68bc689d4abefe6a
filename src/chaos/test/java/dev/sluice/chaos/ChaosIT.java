package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All faults, one after the other in a random order, under all kinds of traffic: a short slice of the long run. */
@Timeout(1200)
class ChaosIT {
    private static final int REQUESTS = 300;
    private static final Duration DURATION = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    @Test
    void keepsEveryPromiseWhateverBreaks() throws InterruptedException {
        long seed = Long.getLong("sluice.chaos.seed", 1);
        Path bundle = Path.of("models", "bundles", "glyphs-adm").toAbsolutePath();

        ChaosReport report = new Chaos(new ChaosPlan(REQUESTS, DURATION, seed, 2, List.of(), bundle, folder)).run();

        assertThat(report.ok())
                .as("replay with -Dsluice.chaos.seed=%d%n%s", seed, report.summary())
                .isTrue();
    }
}
