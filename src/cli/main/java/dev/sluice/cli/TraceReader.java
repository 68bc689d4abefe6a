package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.sluice.capacity.Trace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace: JSON lines or CSV with the names in its first line, or the events that {@code submit --wait --json} prints.
 * Times are seconds from any origin, or instants.
 */
final class TraceReader {
    private static final Pattern NUMBER = Pattern.compile("[-+.0-9eE]+");
    private static final String AT = "at";
    private static final String LATENCY = "latencySeconds";
    private static final List<String> NAMES = Stream.of(List.of(AT, LATENCY), AskFields.NAMES)
            .flatMap(List::stream)
            .toList();

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectReader CSV =
            CsvMapper.csvBuilder().enable(CsvParser.Feature.TRIM_SPACES).build().readerFor(String[].class);

    private final Trace.Builder trace = new Trace.Builder();
    private @Nullable List<String> heads;

    private TraceReader() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException with the number of the first line that is no request, and what is wrong with it
     */
    static Trace read(Path file) throws IOException {
        TraceReader reader = new TraceReader();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                try {
                    reader.line(line.strip());
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        if (reader.trace.isEmpty()) {
            throw new IllegalArgumentException("no request in it");
        }
        return reader.trace.build();
    }

    private void line(String line) {
        if (line.isEmpty()) {
            return;
        }
        if (line.startsWith("{")) {
            add(json(line));
        } else if (heads == null) {
            heads = cells(line);
            heads.forEach(head -> AskFields.requireKnown(head, NAMES));
        } else {
            add(csv(line, heads));
        }
    }

    private void add(Map<String, String> texts) {
        String at = Optional.ofNullable(texts.get(AT))
                .orElseThrow(() -> new IllegalArgumentException(AT + ": must be given"));
        OptionalDouble latency =
                texts.containsKey(LATENCY) && !texts.getOrDefault(LATENCY, "").isBlank()
                        ? OptionalDouble.of(AskFields.nanos(LATENCY, texts.getOrDefault(LATENCY, "")) / 1e9)
                        : OptionalDouble.empty();
        trace.add(time(at), AskFields.read(texts), latency);
    }

    private static Map<String, String> json(String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        if (node.has("timings") && node.has("plan")) {
            return completed(node);
        }
        Map<String, String> texts = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            AskFields.requireKnown(field.getKey(), NAMES);
            if (!field.getValue().isNull()) {
                texts.put(field.getKey(), field.getValue().asText());
            }
        }
        return texts;
    }

    /** A GenerationCompleted. It doesn't say when the request was published, only when a worker took it. */
    private static Map<String, String> completed(JsonNode event) {
        Map<String, String> texts = new HashMap<>();
        JsonNode plan = event.get("plan");
        Instant accepted = instant(event.at("/timings/acceptedAt").asText());
        Instant finished = instant(event.at("/timings/finishedAt").asText());
        int guided = plan.path("guidedTimesteps").size();
        texts.put(AT, accepted.toString());
        texts.put(LATENCY, String.valueOf(Duration.between(accepted, finished).toNanos() / 1e9));
        texts.put("model", event.at("/bundle/name").asText());
        texts.put("steps", plan.path("steps").asText());
        texts.put("guided", String.valueOf(guided));
        texts.put("guidance", guided == 0 ? "none" : plan.path("guidance").asText());
        texts.put("images", String.valueOf(event.path("images").size()));
        texts.put("tenant", event.path("tenantId").asText());
        return texts;
    }

    private static Map<String, String> csv(String line, List<String> heads) {
        List<String> cells = cells(line);
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException("has " + cells.size() + " fields; the first line names " + heads.size());
        }
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            texts.put(heads.get(i), cells.get(i));
        }
        return texts;
    }

    private static List<String> cells(String line) {
        try {
            return List.of(CSV.readValue(line));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not CSV: " + e.getOriginalMessage(), e);
        }
    }

    private static long time(String at) {
        if (NUMBER.matcher(at).matches()) {
            return AskFields.nanos(AT, at);
        }
        Instant instant = instant(at);
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    AT + ": must be seconds, or a time such as 2030-01-31T12:00:00Z, not " + text, e);
        }
    }
}
