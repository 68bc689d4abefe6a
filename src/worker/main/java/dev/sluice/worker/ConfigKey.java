package dev.sluice.worker;

import dev.sluice.request.Network;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
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
public record ConfigKey(String name, Optional<String> fallback, boolean secret, String description) {
    /** Anything under this goes to the Kafka clients and Kafka Streams as it is. */
    public static final String KAFKA_PROPERTIES = "kafka.properties.";

    /** Every key there is. */
    public static final List<ConfigKey> ALL = List.of(
            required("bundles", "Folders of the bundles to serve, a list."),
            key("worker.id", "", "Name of this worker in events. Empty: the host's name."),
            key("application.id", "sluice", "Consumer group. All workers of a deployment have the same."),
            key("device", "cpu", "cpu, or gpu:N."),
            key(
                    "engine.rows-per-call",
                    "auto",
                    "Batch size of the denoiser, in rows. auto: a sweep at the first start chooses it. Images"
                            + " have equal bits only where this is equal."),
            key(
                    "engine.guide-rows-per-call",
                    "auto",
                    "Batch size of the guide, in rows. auto: a sweep chooses it, at most half the denoiser's, or"
                            + " 4 where that is more."),
            key(
                    "engine.text-rows-per-call",
                    "auto",
                    "Batch size of text encoders, in rows. auto: 1, so that no prompt waits for another."),
            key(
                    "engine.upsampler-rows-per-call",
                    "auto",
                    "Batch size of the upsampler, in rows. auto: a sweep chooses it, at most half the denoiser's,"
                            + " or 4 where that is more."),
            key(
                    "engine.decoder-rows-per-call",
                    "auto",
                    "Batch size of the decoder, in rows. auto: a sweep chooses it, at most 4."),
            key(
                    "engine.call-size",
                    "constant",
                    "constant: batches are padded to their size, and images have equal bits. elastic: a batch has"
                            + " as many rows as there are."),
            key(
                    "engine.guide-patience",
                    "8",
                    "How many full batches of the denoiser a row of another network lets pass before it goes in a"
                            + " batch that is not full."),
            key(
                    "engine.max-images",
                    "auto",
                    "With so many images inside, the worker takes no new requests. auto: four batches of them, at"
                            + " least 64."),
            key(
                    "engine.device-memory",
                    "0",
                    "How many MiB of bundles may be on the device at once. 0: as many as fit."),
            key(
                    "engine.bundle-patience",
                    "10s",
                    "How long work waits for a bundle that is not on the device, and how long a busy bundle stays"
                            + " there once it is loaded."),
            key("engine.threads", "1", "Threads of each operator on the CPU."),
            key("engine.progress-interval", "500ms", "Shortest time between two progress events of a request."),
            key("finish.threads", "2", "Threads that encode images."),
            key("finish.max-requests", "64", "With so many requests being stored, the worker takes no new ones."),
            key(
                    "checkpoint.every",
                    "",
                    "Time between two checkpoints of a long request, such as 5s. Empty: no checkpoints by time."),
            key(
                    "checkpoint.steps",
                    "0",
                    "Steps between two checkpoints of a long request. 0: no checkpoints by steps."),
            key("checkpoint.prefix", "checkpoints", "Keys of checkpoints in s3.bucket begin with this."),
            key("checkpoint.ttl", "24h", "A checkpoint older than this is not used."),
            required("kafka.bootstrap-servers", "Kafka brokers, host:port."),
            required("registry.url", "Schema registries, a list. They are tried in turn."),
            secret("registry.user-info", "user:password for the registry."),
            secret("registry.bearer-token", "Token for the registry, in the place of user and password."),
            key(
                    "registry.truststore",
                    "",
                    "PKCS #12, JKS or PEM file with the certificates that the registry's is checked against."),
            secret("registry.truststore-password", "Password of registry.truststore."),
            key(
                    "registry.keystore",
                    "",
                    "PKCS #12, JKS or PEM file with the key and certificate to show to the registry."),
            secret("registry.keystore-password", "Password of registry.keystore and of its key."),
            key(
                    "registry.auto-register",
                    "true",
                    "true: register contracts that the registry lacks. false: only look them up."),
            key(
                    "registry.answer-patience",
                    "1m",
                    "How long one record waits for its schema while the registry answers others. Then the record"
                            + " is a dead letter."),
            required("s3.bucket", "Bucket for the images. It must exist."),
            key("s3.endpoint", "", "Address of the S3-compatible store. Empty: AWS."),
            key("s3.region", "us-east-1", "Region of the bucket."),
            key("s3.prefix", "images", "Keys of images begin with this."),
            key("s3.path-style", "false", "true: the bucket stands in the path. false: it stands in the host name."),
            key("s3.access-key", "", "Access key. Empty: AWS's default chain finds credentials."),
            secret("s3.secret-key", "Secret key that belongs to s3.access-key."),
            key("s3.client", "crt", "crt (native) or netty."),
            key("s3.max-connections", "32", "Requests to S3 that may be under way at once."),
            key(
                    "s3.sse",
                    "none",
                    "Encryption that the store is asked for: none (the bucket's default), aes256 or kms."),
            key("s3.sse-kms-key-id", "", "Key for s3.sse=kms. Empty: the account's default key."),
            key("s3.sse-bucket-key", "true", "With s3.sse=kms, true takes one data key for many objects."),
            key("s3.retry.attempts", "32", "How often storing an image is attempted at most."),
            key("s3.retry.first-wait", "100ms", "Longest wait after the first failed attempt. It doubles with each."),
            key("s3.retry.longest-wait", "10s", "Longest wait between two attempts."),
            key("s3.retry.attempt-timeout", "10s", "How long one attempt may take."),
            key("s3.retry.budget", "2m", "How long all attempts at storing an image may take together."),
            key("topics.requests", Topics.DEFAULT.requests(), "Topic of GenerationRequested."),
            key("topics.cancellations", Topics.DEFAULT.cancellations(), "Topic of GenerationCancelled."),
            key("topics.completions", Topics.DEFAULT.completions(), "Topic of GenerationCompleted."),
            key("topics.failures", Topics.DEFAULT.failures(), "Topic of GenerationFailed."),
            key("topics.costs", Topics.DEFAULT.costs(), "Topic of CostIncurred."),
            key("topics.progress", Topics.DEFAULT.progress(), "Topic of GenerationProgressed."),
            key("topics.dead-letters", Topics.DEFAULT.deadLetters(), "Topic for records that can't be answered."),
            key(
                    "state-directory",
                    "state",
                    "Folder for the stores, measured batch sizes and the device time that was used. Keep it from"
                            + " one start to the next."),
            key("settle.interval", "100ms", "How often finished requests are settled."),
            key("settle.retention", "24h", "How long the id of a settled request is remembered."),
            key("settle.retry-pause", "2s", "Pause before a failed stream thread is started again."),
            key(
                    "settle.time-budget",
                    "1h",
                    "How long one attempt at a request may take, sampling and storing included. Then it fails as"
                            + " TIMED_OUT."),
            key(
                    "settle.attempts",
                    "8",
                    "How often a request is begun whose workers die over it. The last two times it runs alone."),
            key(
                    "limits.message-bytes",
                    String.valueOf(RequestLimits.DEFAULT.maxMessageBytes()),
                    "Longest value of a record that is read, in bytes."),
            key(
                    "limits.dead-letter-bytes",
                    String.valueOf(RequestLimits.DEFAULT.maxDeadLetterBytes()),
                    "A dead letter's value is cut to this length, in bytes."),
            key(
                    "limits.max-id-length",
                    String.valueOf(RequestLimits.DEFAULT.maxIdLength()),
                    "Longest requestId and tenantId, in UTF-16 code units."),
            key(
                    "limits.max-name-length",
                    String.valueOf(RequestLimits.DEFAULT.maxNameLength()),
                    "Longest model and label, in UTF-16 code units."),
            key(
                    "limits.max-text-length",
                    String.valueOf(RequestLimits.DEFAULT.maxTextLength()),
                    "Longest prompt, in UTF-16 code units."),
            key("limits.max-images", String.valueOf(RequestLimits.DEFAULT.maxImages()), "Most images of a request."),
            key(
                    "limits.max-steps",
                    String.valueOf(RequestLimits.DEFAULT.maxSteps()),
                    "Most sampling steps of a request, and most explicit timesteps."),
            key("limits.max-scale", String.valueOf(RequestLimits.DEFAULT.maxScale()), "Largest guidance scale."),
            key(
                    "limits.max-exponent",
                    String.valueOf(RequestLimits.DEFAULT.maxExponent()),
                    "Largest exponent of a compressed schedule."),
            key("limits.max-tags", String.valueOf(RequestLimits.DEFAULT.maxTags()), "Most tags of a request."),
            key(
                    "limits.max-tag-length",
                    String.valueOf(RequestLimits.DEFAULT.maxTagLength()),
                    "Longest name and longest value of a tag, in UTF-16 code units."),
            key(
                    "limits.max-reason-length",
                    String.valueOf(RequestLimits.DEFAULT.maxReasonLength()),
                    "Longest reason of a cancellation, in UTF-16 code units."),
            key(
                    "price.sku",
                    "",
                    "Name of the device that is priced. Empty: device-second. With prices: which of their SKUs"
                            + " this worker's device is. Empty: any of them."),
            key("price.per-device-second", "0", "Price of a second on the device. It holds where prices is empty."),
            key("price.currency", "USD", "Currency of that price, by ISO 4217."),
            key(
                    "prices",
                    "",
                    "Price list, in the place of the one price. Each entry has sku, per-device-second or"
                            + " per-million-evaluation-pixels, currency and from; it may have to and model. from and to are"
                            + " days in UTC. As a variable, the list is JSON."),
            key(
                    "price.overhead-interval",
                    "60s",
                    "How often overhead is charged: device time that no request answers for."),
            key("http.host", "127.0.0.1", "Address for probes and metrics."),
            key("http.port", "8080", "Port for probes and metrics. 0: any free one."),
            key(
                    "metrics.tenants",
                    "100",
                    "How many tenants have metrics of their own. Those that come later share one."),
            key(
                    "metrics.audit-share",
                    "0.01",
                    "Share of the requests whose images both classifiers of the bundle judge, on the CPU. 0:"
                            + " none."),
            key(
                    "traces.endpoint",
                    "",
                    "Address of an OpenTelemetry collector (OTLP over HTTP). Empty: OTEL_EXPORTER_OTLP_ENDPOINT;"
                            + " where that is empty too, no traces are sent."),
            key("log.format", "logfmt", "How the lines of the log are written, one for each event: logfmt or json."),
            key("log.level", "info", "Lowest level of Sluice's own events in the log: error, warn, info or debug."),
            key(
                    "health.longest-call",
                    "5m",
                    "How long the device may take for one batch, loading included, before /health/live says no."),
            key(
                    "startup.patience",
                    "60s",
                    "How long a start waits for Kafka and S3 before it says that it can't reach them."),
            key("shutdown.grace", "30s", "How long a stopping worker goes on with what it has started."),
            key(
                    "shutdown.membership",
                    "leave",
                    "leave: others take over at once. stay: the place in the group is kept for a successor with"
                            + " the same group.instance.id."));

    /** The key for the size of a network's batches; both text encoders share one. */
    static String batchSize(Network network) {
        return switch (network) {
            case DENOISER -> "engine.rows-per-call";
            case GUIDE -> "engine.guide-rows-per-call";
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> "engine.text-rows-per-call";
            case UPSAMPLER -> "engine.upsampler-rows-per-call";
            case DECODER -> "engine.decoder-rows-per-call";
        };
    }

    /** The environment variable that overrides the file. */
    public String variable() {
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
