package dev.sluice.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.storage.S3Settings.StaticCredentials;
import dev.sluice.storage.StoreAccess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * {@code --s3-endpoint}, {@code --s3-region} and {@code --s3-path-style}: where a user reads pictures. Settings that
 * they leave out come from {@code s3.*} of {@code --command-config}, else from the variables of the worker's keys.
 * Credentials come only from AWS's own places. Where nothing says anything and the registry is on this machine, the
 * store is a standalone's.
 */
final class StoreOptions {
    /** All of them. */
    static final List<String> NAMES = List.of("--s3-endpoint", "--s3-region", "--s3-path-style");

    private static final List<String> KEYS =
            List.of("s3.endpoint", "s3.region", "s3.path-style", "s3.access-key", "s3.secret-key");
    /** The default of a standalone, and of compose. */
    private static final URI STANDALONE = URI.create("http://127.0.0.1:9000");

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Option(
            names = "--s3-endpoint",
            paramLabel = "URL",
            description = "S3-compatible store with the images. Default: s3.endpoint of --command-config, else"
                    + " SLUICE_S3_ENDPOINT, else a standalone's if the registry is on this machine, else AWS.")
    private @Nullable String endpoint;

    @Option(
            names = "--s3-region",
            paramLabel = "NAME",
            description =
                    "Region of the store. Default: s3.region of --command-config, else SLUICE_S3_REGION, else AWS's own"
                            + " settings.")
    private @Nullable String region;

    @Option(
            names = "--s3-path-style",
            description = "The bucket is in the path, not in the host name. Default: s3.path-style of"
                    + " --command-config, else SLUICE_S3_PATH_STYLE.")
    private boolean pathStyle;

    /**
     * Where the pictures are.
     *
     * @param environment the process's variables
     * @throws Main.Failure if what is said makes no sense
     */
    StoreAccess access(AddressOptions connection, Map<String, String> environment) {
        Map<String, String> said = said(connection.store(), environment);
        if (said.isEmpty()) {
            return localRegistry(connection.addresses().registry())
                    .map(StoreOptions::standalone)
                    .orElse(new StoreAccess(Optional.empty(), Optional.empty(), false, Optional.empty()));
        }
        return new StoreAccess(
                Optional.ofNullable(said.get("s3.endpoint")).map(StoreOptions::uri),
                Optional.ofNullable(said.get("s3.region")),
                Boolean.parseBoolean(said.getOrDefault("s3.path-style", "false")),
                pair(said));
    }

    private Map<String, String> said(Map<String, String> file, Map<String, String> environment) {
        Map<String, String> said = new HashMap<>();
        for (String key : KEYS) {
            String variable =
                    "SLUICE_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
            String value = file.getOrDefault(key, environment.getOrDefault(variable, ""));
            if (!value.isBlank()) {
                said.put(key, value);
            }
        }
        if (endpoint != null) {
            said.put("s3.endpoint", endpoint);
        }
        if (region != null) {
            said.put("s3.region", region);
        }
        if (pathStyle) {
            said.put("s3.path-style", "true");
        }
        return said;
    }

    private static Optional<StaticCredentials> pair(Map<String, String> said) {
        String access = said.get("s3.access-key");
        String secret = said.get("s3.secret-key");
        if ((access == null) != (secret == null)) {
            throw new Main.Failure("s3.secret-key: must be set together with s3.access-key, or neither");
        }
        return access == null || secret == null ? Optional.empty() : Optional.of(new StaticCredentials(access, secret));
    }

    private static URI uri(String value) {
        try {
            URI uri = URI.create(value);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw new Main.Failure("s3.endpoint: must be a URL such as http://127.0.0.1:9000, not " + value);
    }

    /** Its own answer tells its port; where there is none, it is compose's or an earlier release's. */
    private static StoreAccess standalone(URI registry) {
        return new StoreAccess(
                Optional.of(told(registry).orElse(STANDALONE)),
                Optional.empty(),
                true,
                Optional.of(StandaloneStore.CREDENTIALS));
    }

    private static Optional<URI> localRegistry(String registries) {
        try {
            return Optional.of(URI.create(registries.split(",", -1)[0].strip())).filter(StoreOptions::isLocal);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isLocal(URI uri) {
        String host = uri.getHost();
        return host != null
                && (host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}"));
    }

    private static Optional<URI> told(URI registry) {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(registry.resolve(StandaloneStore.PATH))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? Optional.of(URI.create(new JsonMapper()
                                    .readTree(answer.body())
                                    .path("endpoint")
                                    .asText()))
                            .filter(StoreOptions::isLocal)
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
