package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.log.LogFormat;
import dev.sluice.log.LogOptions;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.storage.Encryption;
import dev.sluice.storage.RetryPolicy;
import dev.sluice.storage.S3Settings;
import dev.sluice.stream.SettleSettings;
import dev.sluice.stream.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerConfigTest {
    private static final Map<String, String> LEAST = Map.of(
            "bundles", "a,b",
            "kafka.bootstrap-servers", "127.0.0.1:1",
            "registry.url", "http://127.0.0.1:2",
            "s3.bucket", "images");

    @Test
    void pinsEveryKeyAndItsDefault() {
        String keys = ConfigKey.ALL.stream()
                .map(key -> key.name() + "=" + key.fallback().orElse("!"))
                .sorted()
                .collect(Collectors.joining("\n"));

        assertThat(keys).isEqualTo("""
                        application.id=sluice
                        bundles=!
                        checkpoint.every=
                        checkpoint.prefix=checkpoints
                        checkpoint.steps=0
                        checkpoint.ttl=24h
                        device=cpu
                        engine.batch-mode=constant
                        engine.batch-size=auto
                        engine.bundle-patience=10s
                        engine.decoder-batch-size=auto
                        engine.device-memory=0
                        engine.guide-batch-size=auto
                        engine.guide-patience=8
                        engine.max-images=auto
                        engine.progress-interval=500ms
                        engine.text-batch-size=auto
                        engine.threads=1
                        engine.upsampler-batch-size=auto
                        finish.max-requests=64
                        finish.threads=2
                        health.longest-batch=5m
                        http.host=127.0.0.1
                        http.port=8080
                        kafka.bootstrap-servers=!
                        limits.dead-letter-bytes=524288
                        limits.max-exponent=64
                        limits.max-id-length=200
                        limits.max-images=16
                        limits.max-name-length=200
                        limits.max-reason-length=500
                        limits.max-scale=1000
                        limits.max-steps=1000
                        limits.max-tag-length=256
                        limits.max-tags=32
                        limits.max-text-length=2000
                        limits.message-bytes=262144
                        log.format=logfmt
                        log.level=info
                        metrics.audit-share=0.01
                        metrics.tenants=100
                        price.currency=USD
                        price.overhead-interval=60s
                        price.per-device-second=0
                        price.sku=
                        prices=
                        registry.answer-patience=1m
                        registry.auto-register=true
                        registry.bearer-token=
                        registry.keystore-password=
                        registry.keystore=
                        registry.truststore-password=
                        registry.truststore=
                        registry.url=!
                        registry.user-info=
                        s3.access-key=
                        s3.bucket=!
                        s3.client=crt
                        s3.endpoint=
                        s3.max-connections=32
                        s3.path-style=false
                        s3.prefix=images
                        s3.region=us-east-1
                        s3.retry.attempt-timeout=10s
                        s3.retry.attempts=32
                        s3.retry.budget=2m
                        s3.retry.first-wait=100ms
                        s3.retry.longest-wait=10s
                        s3.secret-key=
                        s3.sse-bucket-key=true
                        s3.sse-kms-key-id=
                        s3.sse=none
                        settle.attempts=8
                        settle.interval=100ms
                        settle.retention=24h
                        settle.retry-pause=2s
                        settle.time-budget=1h
                        shutdown.grace=30s
                        shutdown.membership=leave
                        startup.patience=60s
                        state-directory=state
                        topics.cancellations=generation.cancellations
                        topics.completions=generation.completions
                        topics.costs=generation.costs
                        topics.dead-letters=generation.requests.dlq
                        topics.failures=generation.failures
                        topics.progress=generation.progress
                        topics.requests=generation.requests
                        traces.endpoint=
                        worker.id=""");
    }

    @Test
    void takesTheCollectorFromOpenTelemetrysOwnVariableUnlessItIsSet() {
        assertThat(ConfigSource.environment(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318"), Map.of()))
                .containsExactly(Map.entry("traces.endpoint", "http://theirs:4318"));
        assertThat(ConfigSource.environment(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318"),
                        Map.of("traces.endpoint", "http://files:4318")))
                .isEmpty();
        assertThat(ConfigSource.environment(
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318",
                                "SLUICE_TRACES_ENDPOINT", "http://ours:4318"),
                        Map.of()))
                .containsExactly(Map.entry("traces.endpoint", "http://ours:4318"));
    }

    @Test
    void listsPrefixesWithSlashesAtTheirEndsAndARegionWithoutAName() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("s3.prefix", "images/");
        values.put("checkpoint.prefix", "/checkpoints");
        values.put("s3.region", " ");

        assertThat(WorkerConfig.draft(values).problems())
                .containsExactlyInAnyOrder(
                        "s3.prefix: must be without slashes at its ends, not \"images/\"",
                        "checkpoint.prefix: must be without slashes at its ends, not \"/checkpoints\"",
                        "s3.region: must be the name of a region, not \"\"");
    }

    @Test
    void takesAKeyWithoutAValueAsNotSet(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("blank.yaml"), """
                worker.id:
                s3:
                  access-key:
                  bucket: ~
                bundles: [one, ~, two]
                """);

        assertThat(ConfigSource.file(file)).containsExactly(Map.entry("bundles", "one,two"));
    }

    @Test
    void readsEveryKeyWithoutAProblem() {
        Map<String, String> values = new HashMap<>(LEAST);
        ConfigKey.ALL.forEach(key -> key.fallback().ifPresent(value -> values.put(key.name(), value)));

        WorkerConfig config = WorkerConfig.read(values);

        assertThat(config.bundles()).containsExactly(Path.of("a"), Path.of("b"));
        assertThat(config.stream().settle().retention()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void leavesTheSizeOfCallsOpenUnlessItIsSet() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("engine.batch-size", "32");

        EngineOptions engine = WorkerConfig.read(values).engine();

        assertThat(engine.batchSizes()).isEqualTo(PerNetwork.of(Network.DENOISER, 32));
    }

    @Test
    void readsHowToLog() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("log.format", "json");
        values.put("log.level", "WARN");

        assertThat(WorkerConfig.read(values).log()).isEqualTo(new LogOptions(LogFormat.JSON, LogOptions.Least.WARN));

        values.put("log.format", "xml");
        assertThat(WorkerConfig.draft(values).problems())
                .containsExactly("log.format: must be logfmt or json, not \"xml\"");
    }

    @Test
    void listsEveryProblemAtOnce() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.remove("s3.bucket");
        values.put("engine.rows-per-cal", "8");
        values.put("rows-per-call", "8");
        values.put("engine.guide-batch-size", "automatic");
        values.put("engine.max-images", "none");
        values.put("device", "tpu");
        values.put("settle.interval", "soon");
        values.put("price.per-device-second", "-1");
        values.put("price.currency", "sand");
        values.put("s3.endpoint", "minio:9000");
        values.put("s3.access-key", "only-half");
        values.put("s3.sse-kms-key-id", "a-key-for-nothing");
        values.put("registry.auto-register", "maybe");
        values.put("kafka.properties.group.protocol", "streams");

        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> WorkerConfig.read(values));

        assertThat(failure.problems())
                .extracting(problem -> problem.substring(0, problem.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "s3.bucket",
                        "engine.rows-per-cal",
                        "rows-per-call",
                        "engine.guide-batch-size",
                        "engine.max-images",
                        "device",
                        "settle.interval",
                        "price.per-device-second",
                        "price.currency",
                        "s3.endpoint",
                        "s3.secret-key",
                        "s3.sse-kms-key-id",
                        "registry.auto-register",
                        "kafka.properties.group.protocol");
        assertThat(failure.problems()).anyMatch(problem -> problem.contains("did you mean engine.batch-size?"));
    }

    /** As Kafka itself does, and as the worker does that is started with it. */
    @Test
    void takesTheClassicGroupProtocolHoweverItIsWritten() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("kafka.properties.group.protocol", "CLASSIC");

        assertThat(WorkerConfig.read(values).stream().kafka()).containsEntry("group.protocol", "CLASSIC");
    }

    @Test
    void whatIsSaidOfTheEngineReachesIt() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("engine.batch-mode", "elastic");
        values.put("engine.batch-size", "12");
        values.put("engine.guide-batch-size", "6");
        values.put("engine.text-batch-size", "2");
        values.put("engine.upsampler-batch-size", "4");
        values.put("engine.decoder-batch-size", "3");
        values.put("engine.guide-patience", "3");
        values.put("engine.max-images", "77");
        values.put("engine.progress-interval", "7s");
        values.put("engine.device-memory", "2");
        values.put("engine.bundle-patience", "9s");
        EngineOptions options = WorkerConfig.read(values).engine();
        BatchSizes rows = new BatchSizes(12, 6);

        assertThat(options.batchSizes()).isEqualTo(PerNetwork.of(network -> switch (network) {
            case DENOISER -> 12;
            case GUIDE -> 6;
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> 2;
            case UPSAMPLER -> 4;
            case DECODER -> 3;
        }));
        assertThat(options.with(Map.of("a", rows)))
                .isEqualTo(new EngineSettings(
                        BatchSize.ELASTIC,
                        new BatchSizes(1, 1),
                        Map.of("a", rows),
                        3,
                        77,
                        Duration.ofSeconds(7),
                        2 << 20,
                        Duration.ofSeconds(9)));
    }

    @Test
    void whatIsSaidOfStorageReachesIt() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("s3.sse", "kms");
        values.put("s3.sse-kms-key-id", "my-key");
        values.put("s3.sse-bucket-key", "false");
        values.put("s3.retry.attempts", "3");
        values.put("s3.retry.first-wait", "1ms");
        values.put("s3.retry.longest-wait", "2ms");
        values.put("s3.retry.attempt-timeout", "3s");
        values.put("s3.retry.budget", "4s");

        S3Settings s3 = WorkerConfig.read(values).s3();

        assertThat(s3.encryption()).isEqualTo(new Encryption.ManagedKey(Optional.of("my-key"), false));
        assertThat(s3.retry())
                .isEqualTo(new RetryPolicy(
                        3, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(3), Duration.ofSeconds(4)));
    }

    @Test
    void whatIsSaidOfSettlingAndStoppingReachesTheStream() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("settle.interval", "1ms");
        values.put("settle.retention", "2s");
        values.put("settle.retry-pause", "3s");
        values.put("settle.time-budget", "4s");
        values.put("settle.attempts", "5");
        values.put("shutdown.membership", "stay");
        values.put("kafka.properties.group.instance.id", "worker-0");

        StreamSettings stream = WorkerConfig.read(values).stream();

        assertThat(stream.settle())
                .isEqualTo(new SettleSettings(
                        Duration.ofMillis(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(4), 5));
        assertThat(stream.leaveGroup()).isFalse();
        assertThat(WorkerConfig.read(LEAST).stream().leaveGroup()).isTrue();
    }

    @Test
    void aWorkerWithoutANameInTheGroupCannotKeepItsPlace() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("shutdown.membership", "stay");

        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> WorkerConfig.read(values));

        assertThat(failure.problems()).singleElement().asString().contains("group.instance.id");
    }

    @Test
    void storageIsPatientUnlessToldOtherwise() {
        S3Settings s3 = WorkerConfig.read(LEAST).s3();

        assertThat(s3.encryption()).isEqualTo(new Encryption.BucketDefault());
        assertThat(s3.retry()).isEqualTo(RetryPolicy.DEFAULT);
    }

    @Test
    void engineIsFullAtFourCallsOfImagesAndNoFewerThan64() {
        EngineOptions options = WorkerConfig.read(LEAST).engine();

        assertThat(options.batchSizes()).isEqualTo(PerNetwork.NONE);
        assertThat(options.with(Map.of("a", new BatchSizes(8, 4))).maxImages()).isEqualTo(64);
        assertThat(options.with(Map.of("a", new BatchSizes(8, 4), "b", new BatchSizes(32, 4)))
                        .maxImages())
                .isEqualTo(128);
        assertThat(options.with(Map.of()).deviceMemory()).isEqualTo(EngineSettings.UNLIMITED);
    }

    @Test
    void tellsInWhichLineAWrongKeyOrValueIs(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("worker.yaml"), """
                bundles: [one]
                engine:
                  # how many
                  rows-per-cal: 32
                prices:
                  - {sku: a, per-device-second: 1}
                finish.threads: none
                """);
        Map<String, String> environment = Map.of("s3.path-style", "maybe");
        Map<String, String> values = new HashMap<>(ConfigSource.file(file));
        values.putAll(environment);

        assertThat(WorkerConfig.draft(values, ConfigPlaces.of(Optional.of(file), environment))
                        .problems())
                .contains(
                        "engine.rows-per-cal: no such key; did you mean engine.batch-size? (" + file + ", line 4)",
                        "finish.threads: must be a whole number from 1 to 1024, not \"none\" (" + file + ", line 7)",
                        "s3.path-style: must be true or false, not \"maybe\" (SLUICE_S3_PATH_STYLE)");
    }

    @Test
    void refusesAKeyThatIsSetTwice(@TempDir Path folder) throws IOException {
        Path twice = Files.writeString(folder.resolve("twice.yaml"), "device: cpu\ndevice: gpu:0\n");
        Path dotted = Files.writeString(folder.resolve("dotted.yaml"), "engine.threads: 1\nengine:\n  threads: 2\n");

        assertThatThrownBy(() -> ConfigSource.file(twice)).hasMessageContaining("a key for the second time at line 2");
        assertThatThrownBy(() -> ConfigSource.file(dotted))
                .hasMessageContaining("engine.threads: set twice, nested and dotted");
    }

    /** In braces, a decimal comma makes a price of 0 and leaves a key without a value. */
    @Test
    void leavesOutNoUnknownKeyBecauseItHasNoValue(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("comma.yaml"), "price: {sku: a10g, per-device-second: 0,00028}\nengine.rows-per-cal:\n");

        assertThatThrownBy(() -> WorkerConfig.read(ConfigSource.file(file)))
                .hasMessageContaining("price.00028: no such key")
                .hasMessageContaining("engine.rows-per-cal: no such key");
    }

    @Test
    void saysOfASectionWithAValueWhichKeysAreBelowIt(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("section.yaml"), "price: 0.00028\n");

        assertThatThrownBy(() -> WorkerConfig.read(ConfigSource.file(file)))
                .hasMessageContaining(
                        "price: no such key, but there are keys below it: price.sku, price.per-device-second");
    }

    @Test
    void saysOfARegistryThatIsNoAddressWhichKeyIsMeant() {
        assertThat(WorkerConfig.draft(Map.of("registry.url", "registry:8081")).problems())
                .contains("registry.url: must begin with http:// or https://, not \"registry:8081\"");
    }

    @Test
    void passesOverKnownKeysAndSectionsWithoutAValue(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("empty.yaml"), "s3:\nprice.sku:\nkafka.properties:\n");

        assertThat(ConfigSource.file(file)).isEmpty();
    }

    @Test
    void readsNestedAndDottedKeysAlike(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("worker.yaml");
        Files.writeString(file, """
                bundles: [one, two]
                engine:
                  batch-size: 32
                s3.bucket: images
                kafka:
                  bootstrap-servers: 127.0.0.1:1
                  properties:
                    security.protocol: SSL
                """);

        assertThat(ConfigSource.file(file))
                .containsEntry("bundles", "one,two")
                .containsEntry("engine.batch-size", "32")
                .containsEntry("s3.bucket", "images")
                .containsEntry("kafka.properties.security.protocol", "SSL");
    }

    @Test
    void takesEveryKeyFromTheEnvironment() {
        Map<String, String> variables = new HashMap<>();
        ConfigKey.ALL.forEach(key -> variables.put(key.variable(), "value of " + key.name()));
        variables.put("SLUICE_KAFKA_PROPERTIES_SASL_MECHANISM", "PLAIN");
        variables.put("SLUICE_SERVICE_HOST", "somebody else's");

        Map<String, String> values = ConfigSource.environment(variables, Map.of());

        assertThat(values).hasSize(ConfigKey.ALL.size() + 1).containsEntry("kafka.properties.sasl.mechanism", "PLAIN");
        ConfigKey.ALL.forEach(key -> assertThat(values).containsEntry(key.name(), "value of " + key.name()));
    }

    @Test
    void pinsFormerNames() {
        assertThat(ConfigKey.ALL.stream()
                        .filter(key -> key.former().isPresent())
                        .map(key -> key.former().orElseThrow() + " is " + key.name()))
                .containsExactlyInAnyOrder(
                        "engine.rows-per-call is engine.batch-size",
                        "engine.guide-rows-per-call is engine.guide-batch-size",
                        "engine.text-rows-per-call is engine.text-batch-size",
                        "engine.upsampler-rows-per-call is engine.upsampler-batch-size",
                        "engine.decoder-rows-per-call is engine.decoder-batch-size",
                        "engine.call-size is engine.batch-mode",
                        "health.longest-call is health.longest-batch");
    }

    @Test
    void takesFormerNamesFromFileAndEnvironment(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("worker.yaml"), "engine:\n  rows-per-call: 32\n  guide-rows-per-call: 8\n");
        Map<String, String> fromFile = ConfigSource.file(file);
        Map<String, String> fromEnvironment =
                ConfigSource.environment(Map.of("SLUICE_ENGINE_GUIDE_ROWS_PER_CALL", "4"), fromFile);

        EngineOptions engine = WorkerConfig.read(RenamedKeys.merged(LEAST, fromFile, fromEnvironment))
                .engine();

        assertThat(engine.batchSizes().get(Network.DENOISER)).isEqualTo(32);
        assertThat(engine.batchSizes().get(Network.GUIDE)).isEqualTo(4);
        assertThat(RenamedKeys.notes(fromFile, fromEnvironment))
                .containsExactly(
                        "engine.guide-rows-per-call is the former name of engine.guide-batch-size; it works, and will go"
                                + " one day",
                        "engine.rows-per-call is the former name of engine.batch-size; it works, and will go one day");
    }

    /** As with any key: what the environment says goes before the file, whichever names they use. */
    @Test
    void theEnvironmentGoesBeforeTheFileUnderEitherName() {
        Map<String, String> present = Map.of("engine.batch-size", "8");
        Map<String, String> former = Map.of("engine.rows-per-call", "16");

        assertThat(RenamedKeys.merged(present, former)).containsExactly(Map.entry("engine.batch-size", "16"));
        assertThat(RenamedKeys.merged(former, present)).containsExactly(Map.entry("engine.batch-size", "8"));
    }

    @Test
    void refusesAKeyThatHasDifferentValuesUnderBothNames() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("engine.rows-per-call", "16");
        values.put("engine.batch-size", "16");
        assertThat(WorkerConfig.draft(values).problems()).isEmpty();

        values.put("engine.batch-size", "8");

        assertThat(WorkerConfig.draft(values, Map.of("engine.rows-per-call", "worker.yaml, line 3"))
                        .problems())
                .containsExactly("engine.rows-per-call: is the former name of engine.batch-size, and both are set: to"
                        + " \"16\" and to \"8\". Leave engine.rows-per-call out (worker.yaml, line 3)");
    }

    @Test
    void tellsWhereAWrongValueStandsUnderAFormerName(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("worker.yaml"), "device: cpu\nengine.rows-per-call: many\n");
        Map<String, String> variables = Map.of("SLUICE_ENGINE_CALL_SIZE", "large");
        Map<String, String> fromFile = ConfigSource.file(file);
        Map<String, String> fromEnvironment = ConfigSource.environment(variables, fromFile);

        assertThat(WorkerConfig.draft(
                                RenamedKeys.merged(LEAST, fromFile, fromEnvironment),
                                ConfigPlaces.of(Optional.of(file), fromEnvironment))
                        .problems())
                .containsExactlyInAnyOrder(
                        "engine.batch-size: must be a whole number from 1 to 4096, not \"many\" (" + file + ", line 2)",
                        "engine.batch-mode: must be constant or elastic, not \"large\" (SLUICE_ENGINE_CALL_SIZE)");
        assertThat(ConfigNotes.of(Map.of(), variables)).isEmpty();
    }

    @Test
    void passesKafkaPropertiesOn() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("kafka.properties.security.protocol", "SSL");

        assertThat(WorkerConfig.read(values).stream().kafka()).containsEntry("security.protocol", "SSL");
    }
}
