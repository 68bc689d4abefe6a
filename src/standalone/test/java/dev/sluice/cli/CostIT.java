package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.Waits;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import dev.sluice.storage.PngMetadata;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The analyst's three questions, each one command, of a standalone in a process of its own. */
class CostIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration RETENTION = Duration.ofSeconds(1);

    @TempDir
    private Path folder = Path.of("");

    private String kafka = "";
    private String registry = "";

    @Test
    void saysWhoSpentWhatWhatCompressionSavedAndWhetherItAddsUp() throws IOException, InterruptedException {
        Process standalone = start();
        try {
            BufferedReader output = standalone.inputReader(StandardCharsets.UTF_8);
            // The log goes the same way.
            JsonNode addresses = JSON.readTree(output.lines()
                    .filter(line -> line.startsWith("{"))
                    .findFirst()
                    .orElseThrow());
            assertDocumented("standalone", addresses);
            kafka = addresses.get("kafka").textValue();
            registry = addresses.get("registry").textValue();
            submit("painter", "full");
            submit("painter", "full");
            submit("poet", "compress", "--guided", "5");

            whoSpentWhat();
            whatCompressionSaved();
            inFocusColumns();
            anIdUsedAgain();
            doesItAddUp();
            whatIsBeingCommittedIsWaitedFor();
            aSchemaThatTheRegistryKnowsLateIsWaitedFor();
            aForgedChargeDoesNotAddUp();
            whatIsDeletedIsSaid();
        } finally {
            standalone.destroy();
            assertThat(standalone.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void whoSpentWhat() throws IOException {
        JsonNode report = JSON.readTree(sound(cost("--by", "tenant,model", "--format", "json")));
        JsonNode painter = line(report, "tenant", "painter");
        JsonNode poet = line(report, "tenant", "poet");

        assertThat(painter.get("model").textValue()).isEqualTo("glyphs-adm");
        assertThat(painter.get("requests").longValue()).isEqualTo(2);
        assertThat(painter.get("images").longValue()).isEqualTo(4);
        assertThat(painter.get("evaluations").longValue()).isEqualTo(2 * 2 * 2 * 20);
        assertThat(poet.get("evaluations").longValue()).isEqualTo(2 * (20 + 5));
        assertThat(decimal(painter, "listCost"))
                .isEqualByComparingTo(decimal(painter, "deviceSeconds").multiply(new BigDecimal("0.0003")));
        assertThat(line(report, "tenant", null).get("requests").longValue()).isZero();
        String tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(2).toString();
        assertThat(JSON.readTree(sound(cost("--from", tomorrow, "--format", "json")))
                        .get("lines"))
                .isEmpty();
    }

    private void whatCompressionSaved() throws IOException {
        JsonNode report = JSON.readTree(sound(cost("--by", "tenant,schedule", "--format", "json")));
        JsonNode full = line(report, "schedule", "FULL");
        JsonNode compressed = line(report, "schedule", "COMPRESS");

        assertThat(full.get("skippedEvaluations").longValue()).isZero();
        assertThat(decimal(full, "savedCost")).isZero();
        assertThat(compressed.get("tenant").textValue()).isEqualTo("poet");
        assertThat(compressed.get("skippedEvaluations").longValue()).isEqualTo(2 * 15);
        assertThat(decimal(compressed, "savedDeviceSeconds")).isPositive();
        assertThat(decimal(compressed, "savedCost")).isPositive();
        assertThat(cost("--by", "tenant,schedule").out())
                .contains("tenant", "saved cost", "poet", "COMPRESS")
                .contains("total");
    }

    /** What the command writes is kept for the kit's check, which runs the specification's validator on it. */
    private void inFocusColumns() throws IOException {
        for (String version : List.of("1.0", "1.2")) {
            CommandRun run = cost("--by", "model,day", "--format", "csv", "--focus", "version=" + version);
            Files.writeString(
                    Files.createDirectories(Path.of("target/focus")).resolve("topic-" + version + ".csv"), sound(run));
            List<String> lines = run.out().lines().toList();

            assertThat(lines.getFirst())
                    .startsWith("BilledCost,BillingAccountId,")
                    .endsWith(",x_KnownSince,x_Model");
            assertThat(run.err()).isEmpty();
            assertThat(lines)
                    .filteredOn(line -> line.contains(",painter,painter,"))
                    .hasSize(1);
            assertThat(lines).filteredOn(line -> line.contains(",poet,poet,")).hasSize(1);
        }
    }

    /** Once its outcome is forgotten, an id may be used again: for something else, or for the same. */
    private void anIdUsedAgain() throws IOException, InterruptedException {
        JsonNode seven = generate("reuse", "--label", "seven", "--steps", "4");
        forgetOutcomes();
        JsonNode three = generate("reuse", "--label", "three", "--seed", "5", "--steps", "8");
        forgetOutcomes();
        JsonNode sevenAgain = generate("reuse", "--label", "seven", "--steps", "4");

        assertThat(three.at("/plan/steps").intValue()).isEqualTo(8);
        assertThat(three.at("/images/0/key")).isNotEqualTo(seven.at("/images/0/key"));
        assertThat(three.at("/images/0/sha256")).isNotEqualTo(seven.at("/images/0/sha256"));
        assertThat(provenance(seven)).contains("\"seed\":\"0\"", "\"label\":\"seven\"");
        assertThat(provenance(three)).contains("\"seed\":\"5\"", "\"label\":\"three\"");
        assertThat(sevenAgain.get("images")).isEqualTo(seven.get("images"));
        JsonNode report = JSON.readTree(sound(cost("--by", "tenant", "--format", "json")));
        JsonNode reuser = line(report, "tenant", "reuser");
        assertThat(reuser.get("requests").longValue()).isEqualTo(3);
        assertThat(reuser.get("evaluations").longValue()).isEqualTo(4 + 8 + 4);
    }

    private JsonNode generate(String id, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("submit", "--id", id, "--tenant", "reuser", "--json"));
        arguments.addAll(List.of("--wait", "--timeout", "120"));
        arguments.addAll(List.of(more));
        return JSON.readTree(sound(command(arguments)).lines().findFirst().orElseThrow());
    }

    /** What it takes is time alone. */
    private static void forgetOutcomes() throws InterruptedException {
        Thread.sleep(RETENTION.multipliedBy(2));
    }

    private String provenance(JsonNode completed) throws IOException {
        JsonNode image = completed.at("/images/0");
        Path object = folder.resolve("data/s3")
                .resolve(image.get("bucket").textValue())
                .resolve(image.get("key").textValue());
        return PngMetadata.read(Files.readAllBytes(object)).provenance().orElseThrow();
    }

    private JsonNode checkedProcess() throws IOException {
        JsonNode verdict = JSON.readTree(sound(check("--format", "json")));
        assertThat(verdict.get("addsUp").booleanValue()).isTrue();
        assertThat(verdict.get("processes")).hasSize(1);
        return verdict.at("/processes/0");
    }

    private void doesItAddUp() throws IOException, InterruptedException {
        JsonNode process = Waits.atMost(Duration.ofMinutes(1))
                .until(this::checkedProcess, checked -> checked.get("openNanos").longValue() == 0);

        assertThat(process.get("running").booleanValue()).isTrue();
        assertThat(process.get("spentNanos").longValue())
                .isPositive()
                .isEqualTo(process.get("requestNanos").longValue()
                        + process.get("overheadNanos").longValue());
        assertThat(sound(check())).endsWith("It adds up." + System.lineSeparator());
    }

    /** An open transaction hides what is behind it from those who read only what is committed. */
    private void whatIsBeingCommittedIsWaitedFor() throws IOException {
        Map<String, Object> properties = new Addresses(kafka, registry, Topics.DEFAULT).clientProperties();
        properties.put("transactional.id", "late");
        try (AvroSerializer<CostIncurred> values = new AvroSerializer<>()) {
            values.configure(properties, false);
            try (KafkaProducer<String, CostIncurred> producer =
                    new KafkaProducer<>(properties, new StringSerializer(), values)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(Topics.DEFAULT.costs(), "late", charge("late", "elsewhere/1", 7)))
                        .get();
                CompletableFuture<CommandRun> run =
                        CompletableFuture.supplyAsync(() -> cost("--by", "process", "--format", "json"));
                assertThatThrownBy(() -> run.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                producer.commitTransaction();

                assertThat(line(JSON.readTree(sound(run.get())), "process", "elsewhere/1"))
                        .isNotNull();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** The registry starts or lags behind. What it never knows is reported, and not taken for no charge. */
    private void aSchemaThatTheRegistryKnowsLateIsWaitedFor() throws IOException {
        JsonNode before = JSON.readTree(sound(cost("--by", "sku", "--format", "json")));
        Schema later = new Schema.Parser()
                .parse(CostIncurred.getClassSchema()
                        .toString()
                        .replaceFirst(
                                "\"fields\":\\[",
                                "\"fields\":[{\"name\":\"later\",\"type\":\"string\",\"default\":\"\"},"));
        int latest = register("probe", "{\"type\":\"string\"}");
        send("late-schema", latest + 1, charge("late-schema", "elsewhere/2", 9));

        CommandRun unknown = cost("--by", "process", "--format", "json");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("1 records of the topic can't be read");
        CommandRun check = check("--format", "json");
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(JSON.readTree(check.out()).get("answer").textValue()).isEqualTo("unknown");
        assertDocumented("cost-check", check.out());
        assertDocumented("cost", before);

        CompletableFuture<CommandRun> run =
                CompletableFuture.supplyAsync(() -> cost("--by", "process", "--format", "json"));
        assertThat(register("later", later.toString())).isEqualTo(latest + 1);
        assertThat(line(JSON.readTree(sound(run.join())), "process", "elsewhere/2"))
                .isNotNull();
    }

    /** A charge of more than was spent, from somebody who may write to the topic. */
    private void aForgedChargeDoesNotAddUp() throws IOException {
        JsonNode verdict = JSON.readTree(sound(check("--format", "json")));
        forge(verdict.at("/processes/0/process").textValue(), 5_000);

        CommandRun run = check();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("-5000", "NO", "It does NOT add up.");
    }

    /** The broker deletes from the beginning of each partition, as retention does. */
    private void whatIsDeletedIsSaid() throws IOException, InterruptedException {
        assertThat(JSON.readTree(sound(cost("--format", "json")))
                        .at("/known/complete")
                        .booleanValue())
                .isTrue();
        deleteHalf();

        JsonNode known = JSON.readTree(sound(cost("--format", "json"))).get("known");
        assertThat(known.get("complete").booleanValue()).isFalse();
        String since = known.get("since").textValue();
        assertThat(sound(cost())).contains("Charges before " + since + " are NOT all known");
        CommandRun csv = cost("--by", "model", "--format", "csv");
        assertThat(csv.err()).contains("Charges before ");
        assertThat(csv.out().lines().toList().get(1))
                .contains("," + Instant.parse(since).plusMillis(999).truncatedTo(ChronoUnit.SECONDS) + ",");
        assertThat(JSON.readTree(sound(cost("--from", since, "--format", "json")))
                        .at("/known/complete")
                        .booleanValue())
                .isTrue();
        CommandRun check = check();
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out()).contains("are NOT all known");
    }

    private void deleteHalf() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, 4)
                    .boxed()
                    .collect(Collectors.toMap(
                            number -> new TopicPartition(Topics.DEFAULT.costs(), number),
                            number -> OffsetSpec.latest()));
            Map<TopicPartition, RecordsToDelete> halves = new HashMap<>();
            admin.listOffsets(latest).all().get().forEach((partition, end) -> {
                if (end.offset() > 1) {
                    halves.put(partition, RecordsToDelete.beforeOffset(end.offset() / 2));
                }
            });
            admin.deleteRecords(halves).all().get();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static CostIncurred charge(String id, String process, long nanos) {
        BigDecimal seconds = Price.seconds(nanos);
        return CostIncurred.newBuilder()
                .setCostId(id)
                .setChargeKind(ChargeKind.COMPUTE)
                .setOutcome("COMPLETED")
                .setWorker("standalone")
                .setProcess(process)
                .setChargePeriodStart(Instant.now())
                .setChargePeriodEnd(Instant.now())
                .setConsumedQuantity(seconds)
                .setPricingQuantity(seconds)
                .setListUnitPrice(BigDecimal.ZERO.setScale(Price.UNIT_PRICE_SCALE))
                .setListCost(BigDecimal.ZERO.setScale(Price.COST_SCALE))
                .setEffectiveCost(BigDecimal.ZERO.setScale(Price.COST_SCALE))
                .setBillingCurrency("USD")
                .setSkuId("forged")
                .setDeviceNanos(nanos)
                .setDenoiserNanos(nanos)
                .setGuideNanos(0)
                .setPaddingNanos(0)
                .setRows(0)
                .build();
    }

    /** @return its id */
    private int register(String subject, String schema) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(registry + "/subjects/" + subject + "/versions"))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        JSON.createObjectNode().put("schema", schema).toString()))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return JSON.readTree(answer).get("id").intValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends the charge with an empty field before its own, as the schema of this id has it. */
    private void send(String key, int schemaId, CostIncurred charge) throws IOException {
        ByteBuffer encoded = CostIncurred.getEncoder().encode(charge);
        byte[] own = new byte[encoded.remaining()];
        encoded.get(own);
        // Avro's single-object header is ten bytes long; Confluent's five.
        ByteBuffer value = ByteBuffer.allocate(5 + 1 + own.length - 10);
        value.put((byte) 0).putInt(schemaId).put((byte) 0).put(own, 10, own.length - 10);
        Map<String, Object> properties = new Addresses(kafka, registry, Topics.DEFAULT).clientProperties();
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.DEFAULT.costs(), key, value.array()))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private void forge(String process, long nanos) {
        Map<String, Object> properties = new Addresses(kafka, registry, Topics.DEFAULT).clientProperties();
        try (AvroSerializer<CostIncurred> values = new AvroSerializer<>()) {
            values.configure(properties, false);
            try (KafkaProducer<String, CostIncurred> producer =
                    new KafkaProducer<>(properties, new StringSerializer(), values)) {
                producer.send(new ProducerRecord<>(Topics.DEFAULT.costs(), "forger", charge("forged", process, nanos)))
                        .get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(
                List.of("standalone", "--json", "--data", folder.resolve("data").toString()));
        List.of("kafka", "registry", "s3", "http")
                .forEach(server -> command.addAll(List.of("--" + server + "-port", "0")));
        List.of(
                        "price.per-device-second=0.0003",
                        "price.overhead-interval=1s",
                        "settle.retention=" + RETENTION.toSeconds() + "s",
                        "engine.batch-size=4",
                        "engine.guide-batch-size=4")
                .forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(folder.resolve("standalone.log").toFile());
        // Nobody reads on after the addresses.
        builder.environment().put("SLUICE_LOG_LEVEL", "WARN");
        return builder.start();
    }

    private void submit(String tenant, String schedule, String... more) {
        List<String> arguments = new ArrayList<>(List.of("submit", "--tenant", tenant, "--label", "seven"));
        arguments.addAll(List.of("--steps", "20", "--images", "2", "--guidance", "classifier-free", "--scale", "2"));
        arguments.addAll(List.of("--schedule", schedule, "--wait", "--timeout", "120"));
        arguments.addAll(List.of(more));
        sound(command(arguments));
    }

    private CommandRun cost(String... more) {
        List<String> arguments = new ArrayList<>(List.of("cost"));
        arguments.addAll(List.of(more));
        return command(arguments);
    }

    private CommandRun check(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "cost",
                "--check",
                "--state-directory",
                folder.resolve("data/state").toString()));
        arguments.addAll(List.of(more));
        return command(arguments);
    }

    /** The addresses go by a file, as they would with credentials. */
    private CommandRun command(List<String> arguments) {
        try {
            Path properties = Files.writeString(
                    folder.resolve("client.properties"),
                    "bootstrap.servers=" + kafka + "\nschema.registry.url=" + registry
                            + "\nsluice.registry.answer.patience.ms=2000\n");
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("--command-config", properties.toString()));
            return CommandRun.of(all.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sound(CommandRun run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run.out();
    }

    private static JsonNode line(JsonNode report, String name, @Nullable String value) {
        for (JsonNode line : report.get("lines")) {
            if (Objects.equals(line.get(name).textValue(), value)) {
                return line;
            }
        }
        throw new AssertionError("no line with " + name + " " + value + " in " + report);
    }

    private static BigDecimal decimal(JsonNode line, String name) {
        return new BigDecimal(line.get(name).textValue());
    }
}
