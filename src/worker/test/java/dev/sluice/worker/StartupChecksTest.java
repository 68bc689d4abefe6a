package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StartupChecksTest {
    private final StartReport report = new StartReport(System::nanoTime);

    @AfterEach
    void endTheReport() {
        report.close();
    }

    @Test
    void tellsWhatBundlesLackBesideWhatTheConfigurationLacksAndAsksNobodyItDoesNotKnow() {
        WorkerConfig.Draft draft = WorkerConfig.draft(Map.of("bundles", "models/bundles/glyphs-adm"));
        StartupChecks checks = new StartupChecks(
                draft,
                bundles -> bundles.stream()
                        .map(bundle -> "no price for " + bundle.manifest().name())
                        .toList(),
                report);

        StartupException failure = catchThrowableOfType(StartupException.class, checks::require);

        assertThat(failure.problems())
                .isEqualTo(List.of(
                        "kafka.bootstrap-servers: must be set (or SLUICE_KAFKA_BOOTSTRAP_SERVERS)",
                        "registry.url: must be set (or SLUICE_REGISTRY_URL)",
                        "s3.bucket: must be set (or SLUICE_S3_BUCKET)",
                        "no price for glyphs-adm"));
        assertThat(failure.getMessage()).startsWith("the worker can't start; there are 4 problems:\n  kafka.");
    }

    @Test
    void tellsOfAWrongRegistryPasswordBesideTheRest() throws IOException {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        registry.start();
        try {
            String url = "http://127.0.0.1:" + registry.getAddress().getPort();
            StartupChecks checks = new StartupChecks(
                    WorkerConfig.draft(Map.of("registry.url", url, "registry.user-info", "ann:wrong")),
                    bundles -> List.of(),
                    report);

            StartupException failure = catchThrowableOfType(StartupException.class, checks::require);

            assertThat(failure.problems())
                    .filteredOn(problem -> problem.startsWith("registry"))
                    .isEqualTo(List.of(
                            "registry.user-info: the schema registry takes no such user, password or token (401)"));
        } finally {
            registry.stop(0);
        }
    }

    @Test
    void tellsOfBundlesOfOneName() {
        WorkerConfig.Draft draft =
                WorkerConfig.draft(Map.of("bundles", "models/bundles/glyphs-adm,models/../models/bundles/glyphs-adm"));
        StartupChecks checks = new StartupChecks(draft, bundles -> List.of(), report);

        StartupException failure = catchThrowableOfType(StartupException.class, checks::require);

        assertThat(failure.problems())
                .contains("bundles: models/bundles/glyphs-adm and models/../models/bundles/glyphs-adm have one name,"
                        + " glyphs-adm");
    }
}
