package dev.sluice.app;

import dev.sluice.request.Network;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A key of the worker's configuration.
 *
 * @param name dotted, as in the file
 * @param fallback what holds where the key is not set; empty where it must be
 * @param secret whether the value must not be printed
 */
record ConfigKey(String name, Optional<String> fallback, boolean secret, String description) {
    /** Anything under this goes to the Kafka clients and Kafka Streams as it is. */
    static final String KAFKA_PROPERTIES = "kafka.properties.";

    /** Every key there is. */
    static final List<ConfigKey> ALL = List.of(
            required("bundles", "Folders of the bundles to serve, a list"),
            key("worker.id", "", "Name of this worker in events; the host's name where empty"),
            key("application.id", "sluice", "Consumer group; the same for all workers of a deployment"),
            key("device", "cpu", "cpu, or gpu:N"),
            key(
                    "engine.rows-per-call",
                    "auto",
                    "Rows of every denoiser call, or auto: chosen by a sweep. Equal bits are promised per value"),
            key(
                    "engine.guide-rows-per-call",
                    "auto",
                    "Rows of every guide call, or auto: a sweep, at most half a denoiser call or 4"),
            key(
                    "engine.text-rows-per-call",
                    "auto",
                    "Rows of every text encoder's call, or auto: 1, so that no prompt waits for another"),
            key(
                    "engine.upsampler-rows-per-call",
                    "auto",
                    "Rows of every upsampler call, or auto: a sweep, at most half a denoiser call or 4"),
            key("engine.decoder-rows-per-call", "auto", "Rows of every decoder call, or auto: a sweep, at most 4"),
            key("engine.call-size", "constant", "constant (padded, equal bits) or elastic (as many rows as there are)"),
            key(
                    "engine.guide-patience",
                    "8",
                    "Full denoiser calls that any other network's row waits at least for company"),
            key(
                    "engine.max-images",
                    "auto",
                    "Images inside at which the worker takes no new requests, or auto: four calls of them, at least 64"),
            key("engine.device-memory", "0", "MiB of bundles on the device at once; 0 for as many as fit"),
            key(
                    "engine.bundle-patience",
                    "10s",
                    "How long a bundle's work waits, and a busy bundle stays once it is loaded"),
            key("engine.threads", "1", "Threads per operator on the CPU"),
            key("engine.progress-interval", "500ms", "Least time between two progress events of a request"),
            key("finish.threads", "2", "Threads that encode images"),
            key("finish.max-requests", "64", "Requests being stored at which the worker takes no new ones"),
            key("checkpoint.every", "", "Time between two checkpoints of a long request, such as 5s; none where empty"),
            key("checkpoint.steps", "0", "Steps between two checkpoints of a long request; none where 0"),
            key("checkpoint.prefix", "checkpoints", "What the keys of checkpoints begin with, in s3.bucket"),
            key("checkpoint.ttl", "24h", "Age from which on a checkpoint is not used"),
            required("kafka.bootstrap-servers", "Kafka brokers, host:port"),
            required("registry.url", "Schema registries, tried in turn"),
            secret("registry.user-info", "user:password for the registry"),
            secret("registry.bearer-token", "Token for the registry, instead of user and password"),
            key(
                    "registry.truststore",
                    "",
                    "PKCS #12, JKS or PEM file that the registry's certificate is checked against"),
            secret("registry.truststore-password", "Password of registry.truststore"),
            key("registry.keystore", "", "PKCS #12, JKS or PEM file with the key to show to the registry"),
            secret("registry.keystore-password", "Password of registry.keystore and of its key"),
            key("registry.auto-register", "true", "Whether schemas that the registry lacks are registered"),
            key(
                    "registry.answer-patience",
                    "1m",
                    "How long a registry that answers others may not know, or not answer for, a record's schema"),
            required("s3.bucket", "Bucket for the images; must exist"),
            key("s3.endpoint", "", "S3-compatible service; AWS itself where empty"),
            key("s3.region", "us-east-1", "Region of the bucket"),
            key("s3.prefix", "images", "What object keys begin with"),
            key("s3.path-style", "false", "Whether the bucket stands in the path rather than in the host name"),
            key("s3.access-key", "", "Access key; the AWS default chain where empty"),
            secret("s3.secret-key", "Secret key that belongs to s3.access-key"),
            key("s3.client", "crt", "crt (native) or netty"),
            key("s3.max-connections", "32", "Requests to S3 under way at once"),
            key("s3.sse", "none", "Encryption asked for: none (the bucket's default), aes256 or kms"),
            key("s3.sse-kms-key-id", "", "Key for s3.sse=kms; the account's default key where empty"),
            key("s3.sse-bucket-key", "true", "Whether s3.sse=kms takes one data key for many objects"),
            key("s3.retry.attempts", "32", "Most attempts at storing an image"),
            key("s3.retry.first-wait", "100ms", "Longest wait after the first failed attempt; doubles with each"),
            key("s3.retry.longest-wait", "10s", "Longest wait between two attempts"),
            key("s3.retry.attempt-timeout", "10s", "How long an attempt may take"),
            key("s3.retry.budget", "2m", "How long all attempts at storing an image may take"),
            key("topics.requests", "generation.requests", "Topic of GenerationRequested"),
            key("topics.cancellations", "generation.cancellations", "Topic of GenerationCancelled"),
            key("topics.completions", "generation.completions", "Topic of GenerationCompleted"),
            key("topics.failures", "generation.failures", "Topic of GenerationFailed"),
            key("topics.costs", "generation.costs", "Topic of CostIncurred"),
            key("topics.progress", "generation.progress", "Topic of GenerationProgressed"),
            key("topics.dead-letters", "generation.requests.dlq", "Topic for records that can't be answered"),
            key("state-directory", "state", "Folder for the stores"),
            key("settle.interval", "100ms", "How often finished requests are settled"),
            key("settle.retention", "24h", "How long a settled request id is remembered"),
            key("settle.retry-pause", "2s", "Rest after a stream thread failed"),
            key("settle.time-budget", "1h", "How long one attempt at a request may take, sampling and storing"),
            key(
                    "settle.attempts",
                    "8",
                    "How often a request is begun whose workers died over it, the last two times alone"),
            key("limits.message-bytes", "262144", "Longest record value that is read"),
            key("limits.dead-letter-bytes", "524288", "Length to which a dead letter's value is cut"),
            key("limits.max-id-length", "200", "Longest requestId and tenantId, in UTF-16 code units"),
            key("limits.max-name-length", "200", "Longest model and label"),
            key("limits.max-text-length", "2000", "Longest prompt, in UTF-16 code units"),
            key("limits.max-images", "16", "Most images of a request"),
            key("limits.max-steps", "1000", "Most sampling steps of a request, and most explicit timesteps"),
            key("limits.max-scale", "1000", "Largest guidance scale"),
            key("limits.max-exponent", "64", "Largest exponent of a compressing schedule"),
            key("limits.max-tags", "32", "Most tags on a request"),
            key("limits.max-tag-length", "256", "Longest name and longest value of a tag"),
            key("limits.max-reason-length", "500", "Longest reason of a cancellation"),
            key(
                    "price.sku",
                    "",
                    "Name of the priced device, device-second where empty; with prices: which of their SKUs this worker's"
                            + " device is, all of them where empty"),
            key("price.per-device-second", "0", "Price of a device second, where prices is empty"),
            key("price.currency", "USD", "Currency of the price, ISO 4217"),
            key(
                    "prices",
                    "",
                    "Price list, instead of the one price: a list of sku, per-device-second or"
                            + " per-million-evaluation-pixels, currency, from, and optionally to (both days, in UTC) and model;"
                            + " in a variable as JSON"),
            key("price.overhead-interval", "60s", "How often device time that no request answers for is charged"),
            key("http.host", "127.0.0.1", "Address for health and metrics"),
            key("http.port", "8080", "Port for health and metrics; 0 for a free one"),
            key("metrics.tenants", "100", "Tenants that have metrics of their own; those that come later share one"),
            key(
                    "metrics.audit-share",
                    "0.01",
                    "Share of the requests whose images the bundle's two classifiers judge, on the CPU; 0 for none"),
            key(
                    "traces.endpoint",
                    "",
                    "OpenTelemetry collector (OTLP over HTTP) for traces, or else OTEL_EXPORTER_OTLP_ENDPOINT; none where empty"),
            key("log.format", "logfmt", "How lines of the log are written, one for each event: logfmt or json"),
            key("log.level", "info", "Least level of Sluice's own events that is logged: error, warn, info or debug"),
            key(
                    "health.longest-call",
                    "5m",
                    "How long a call on the device may take, loading included, until /health/live says no"),
            key(
                    "startup.patience",
                    "60s",
                    "How long a start waits for Kafka and S3 before it says that it can't reach them"),
            key("shutdown.grace", "30s", "How long a stopping worker goes on with what it has started"),
            key(
                    "shutdown.membership",
                    "leave",
                    "leave (others take over at once) or stay (for a successor of the same group.instance.id)"));

    /** The key for the size of a network's calls; both text encoders share one. */
    static String rowsPerCall(Network network) {
        return switch (network) {
            case DENOISER -> "engine.rows-per-call";
            case GUIDE -> "engine.guide-rows-per-call";
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> "engine.text-rows-per-call";
            case UPSAMPLER -> "engine.upsampler-rows-per-call";
            case DECODER -> "engine.decoder-rows-per-call";
        };
    }

    /** The environment variable that overrides the file. */
    String variable() {
        return "SLUICE_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static ConfigKey key(String name, String fallback, String description) {
        return new ConfigKey(name, Optional.of(fallback), false, description);
    }

    private static ConfigKey required(String name, String description) {
        return new ConfigKey(name, Optional.empty(), false, description);
    }

    private static ConfigKey secret(String name, String description) {
        return new ConfigKey(name, Optional.of(""), true, description);
    }
}
