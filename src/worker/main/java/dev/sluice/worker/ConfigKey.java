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
 * @param former the name that it had before, which still works
 */
public record ConfigKey(
        String name, Optional<String> fallback, boolean secret, String description, Optional<String> former) {
    /** Anything under this goes to the Kafka clients and Kafka Streams as it is. */
    public static final String KAFKA_PROPERTIES = "kafka.properties.";

    /** Every key there is. */
    public static final List<ConfigKey> ALL = List.of(
            required("bundles", "Folders of the bundles to serve, a list."),
            key("worker.id", "", "Name of this worker in events. Empty: the host's name."),
            key("application.id", "sluice", "Consumer group. All workers of a deployment share it."),
            key("device", "cpu", "Device that bundles run on: cpu, or gpu:N for the GPU with the number N."),
            renamed(
                    "engine.rows-per-call",
                    "engine.batch-size",
                    "auto",
                    "Batch size of the denoiser, in rows. auto: a sweep at the first start chooses it. Images"
                            + " have equal bits only where this is equal."),
            renamed(
                    "engine.guide-rows-per-call",
                    "engine.guide-batch-size",
                    "auto",
                    "Batch size of the guide, in rows. auto: a sweep chooses it, at most half the denoiser's, or"
                            + " 4 where that is more."),
            renamed(
                    "engine.text-rows-per-call",
                    "engine.text-batch-size",
                    "auto",
                    "Batch size of text encoders, in rows. auto: 1, so that no prompt waits for another."),
            renamed(
                    "engine.upsampler-rows-per-call",
                    "engine.upsampler-batch-size",
                    "auto",
                    "Batch size of the upsampler, in rows. auto: a sweep chooses it, at most half the denoiser's,"
                            + " or 4 where that is more."),
            renamed(
                    "engine.decoder-rows-per-call",
                    "engine.decoder-batch-size",
                    "auto",
                    "Batch size of the decoder, in rows. auto: a sweep chooses it, at most 4."),
            renamed(
                    "engine.call-size",
                    "engine.batch-mode",
                    "constant",
                    "constant: every batch is padded to its batch size, and images have equal bits. elastic: a"
                            + " batch has as many rows as wait."),
            key(
                    "engine.guide-patience",
                    "8",
                    "Full batches of the denoiser that may pass before a waiting row of another network goes"
                            + " in a batch that is not full."),
            key(
                    "engine.max-images",
                    "auto",
                    "Images in the engine at which the worker takes no new requests. auto: four batches of"
                            + " them, at least 64."),
            key(
                    "engine.device-memory",
                    "0",
                    "Most memory that bundles may take on the device at once, in MiB. 0: as much as fits."),
            key(
                    "engine.bundle-patience",
                    "10s",
                    "Longest time that work waits for a bundle that is not on the device. A busy bundle stays"
                            + " there as long once it is loaded."),
            key("engine.threads", "1", "Threads of each of libtorch's operators on the CPU."),
            key("engine.progress-interval", "500ms", "Shortest time between two progress events of a request."),
            key("finish.threads", "2", "Threads that encode images."),
            key("finish.max-requests", "64", "Requests being stored at which the worker takes no new ones."),
            key(
                    "checkpoint.every",
                    "",
                    "Time between two checkpoints of a long request, such as 5s. Empty: no checkpoints by time."),
            key(
                    "checkpoint.steps",
                    "0",
                    "Steps between two checkpoints of a long request. 0: no checkpoints by steps."),
            key("checkpoint.prefix", "checkpoints", "Beginning of the keys of checkpoints in s3.bucket."),
            key("checkpoint.ttl", "24h", "Age at which a checkpoint is not used any more."),
            required("kafka.bootstrap-servers", "Kafka brokers, host:port."),
            required("registry.url", "Schema registries, a list. The worker tries them in turn."),
            secret("registry.user-info", "user:password for the registry."),
            secret("registry.bearer-token", "Token for the registry, instead of user and password."),
            key(
                    "registry.truststore",
                    "",
                    "PKCS #12, JKS or PEM file. The registry's certificate is checked against the certificates"
                            + " in it."),
            secret("registry.truststore-password", "Password of registry.truststore."),
            key(
                    "registry.keystore",
                    "",
                    "PKCS #12, JKS or PEM file. It has the key and certificate that the worker shows to the"
                            + " registry."),
            secret("registry.keystore-password", "Password of registry.keystore and of its key."),
            key(
                    "registry.auto-register",
                    "true",
                    "true: the worker registers contracts that the registry lacks. false: it only looks them" + " up."),
            key(
                    "registry.answer-patience",
                    "1m",
                    "Longest time that one record waits for its schema while the registry answers others. Then"
                            + " it becomes a dead letter."),
            required("s3.bucket", "Bucket for the images. It must exist."),
            key("s3.endpoint", "", "Address of the S3-compatible store. Empty: AWS."),
            key("s3.region", "us-east-1", "Region of the bucket."),
            key("s3.prefix", "images", "Beginning of the keys of images."),
            key(
                    "s3.path-style",
                    "false",
                    "true: the bucket stands in the path of the address. false: it stands in the host name."),
            key("s3.access-key", "", "Access key. Empty: AWS's default chain finds credentials."),
            secret("s3.secret-key", "Secret key that belongs to s3.access-key."),
            key("s3.client", "crt", "S3 client: crt (native) or netty (Java)."),
            key("s3.max-connections", "32", "Requests to S3 that may be under way at once."),
            key(
                    "s3.sse",
                    "none",
                    "Encryption that the worker asks the store for: none (the bucket's default), aes256 or" + " kms."),
            key("s3.sse-kms-key-id", "", "Key for s3.sse=kms. Empty: the account's default key."),
            key(
                    "s3.sse-bucket-key",
                    "true",
                    "With s3.sse=kms. true: one data key serves many objects. false: each object has its own."),
            key("s3.retry.attempts", "32", "Most attempts at storing an image."),
            key(
                    "s3.retry.first-wait",
                    "100ms",
                    "Longest wait after the first failed attempt. Each further one doubles it."),
            key("s3.retry.longest-wait", "10s", "Longest wait between two attempts."),
            key("s3.retry.attempt-timeout", "10s", "Longest time for one attempt."),
            key("s3.retry.budget", "2m", "Longest time for all attempts at storing an image together."),
            key("topics.requests", Topics.DEFAULT.requests(), "Topic of GenerationRequested."),
            key("topics.cancellations", Topics.DEFAULT.cancellations(), "Topic of GenerationCancelled."),
            key("topics.completions", Topics.DEFAULT.completions(), "Topic of GenerationCompleted."),
            key("topics.failures", Topics.DEFAULT.failures(), "Topic of GenerationFailed."),
            key("topics.costs", Topics.DEFAULT.costs(), "Topic of CostIncurred."),
            key("topics.progress", Topics.DEFAULT.progress(), "Topic of GenerationProgressed."),
            key("topics.dead-letters", Topics.DEFAULT.deadLetters(), "Topic of records that can't be answered."),
            key(
                    "state-directory",
                    "state",
                    "Folder of the stores, of measured batch sizes and of the device time that was used. Keep"
                            + " it from one start to the next."),
            key("settle.interval", "100ms", "Time from one settling of finished requests to the next."),
            key("settle.retention", "24h", "Time for which the id of a settled request is remembered."),
            key("settle.retry-pause", "2s", "Pause before a failed stream thread is started again."),
            key(
                    "settle.time-budget",
                    "1h",
                    "Longest time for one attempt at a request, sampling and storing included. Then it fails"
                            + " as TIMED_OUT."),
            key(
                    "settle.attempts",
                    "8",
                    "Most attempts at a request that its workers die over. It runs alone in the last two."),
            key(
                    "limits.message-bytes",
                    String.valueOf(RequestLimits.DEFAULT.maxMessageBytes()),
                    "Longest value of a record that is read, in bytes."),
            key(
                    "limits.dead-letter-bytes",
                    String.valueOf(RequestLimits.DEFAULT.maxDeadLetterBytes()),
                    "Longest value of a dead letter, in bytes. A longer one is cut."),
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
                    "Time from one charge of overhead to the next. Overhead is device time that no request"
                            + " answers for."),
            key("http.host", "127.0.0.1", "Address for probes and metrics."),
            key("http.port", "8080", "Port for probes and metrics. 0: any free one."),
            key("metrics.tenants", "100", "Tenants that have metrics of their own. Those that come later share one."),
            key(
                    "metrics.audit-share",
                    "0.01",
                    "Share of the requests whose images both classifiers of the bundle judge, on the CPU: from"
                            + " 0 (none) to 1 (all)."),
            key(
                    "traces.endpoint",
                    "",
                    "Address of an OpenTelemetry collector (OTLP over HTTP). Empty: OTEL_EXPORTER_OTLP_ENDPOINT;"
                            + " where that is empty too, no traces are sent."),
            key("log.format", "logfmt", "Format of the log, a line for each event: logfmt or json."),
            key("log.level", "info", "Lowest level of Sluice's own events in the log: error, warn, info or debug."),
            renamed(
                    "health.longest-call",
                    "health.longest-batch",
                    "5m",
                    "Longest time for one batch, loading included. Then /health/live says no."),
            key(
                    "startup.patience",
                    "60s",
                    "Longest time that a start waits for Kafka and S3. Then it says that it can't reach them."),
            key(
                    "shutdown.grace",
                    "30s",
                    "Longest time that a stopping worker goes on with what it has started. Others take over"
                            + " the rest."),
            key(
                    "shutdown.membership",
                    "leave",
                    "leave: others take over at once. stay: the group keeps the worker's place for a successor"
                            + " with the same group.instance.id."));

    /** The key for the size of a network's batches; both text encoders share one. */
    static String batchSize(Network network) {
        return switch (network) {
            case DENOISER -> "engine.batch-size";
            case GUIDE -> "engine.guide-batch-size";
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> "engine.text-batch-size";
            case UPSAMPLER -> "engine.upsampler-batch-size";
            case DECODER -> "engine.decoder-batch-size";
        };
    }

    /** The environment variable that overrides the file. */
    public String variable() {
        return variable(name);
    }

    /** The environment variable of its former name. */
    Optional<String> formerVariable() {
        return former.map(ConfigKey::variable);
    }

    private static String variable(String name) {
        return "SLUICE_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static ConfigKey key(String name, String fallback, String description) {
        return new ConfigKey(name, Optional.of(fallback), false, description, Optional.empty());
    }

    private static ConfigKey renamed(String former, String name, String fallback, String description) {
        return new ConfigKey(
                name, Optional.of(fallback), false, description + " Formerly " + former + ".", Optional.of(former));
    }

    private static ConfigKey required(String name, String description) {
        return new ConfigKey(name, Optional.empty(), false, description, Optional.empty());
    }

    private static ConfigKey secret(String name, String description) {
        return new ConfigKey(name, Optional.of(""), true, description, Optional.empty());
    }
}
