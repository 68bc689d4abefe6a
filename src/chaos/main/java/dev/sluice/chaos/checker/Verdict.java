package dev.sluice.chaos.checker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * What the checker found.
 *
 * @param publications records published, whatever they were
 * @param requests of them, requests: what must have an outcome
 * @param outcomes how many there are of each
 * @param violations every kind, also where there is none
 * @param images that exist as their completions say
 * @param deadLettersExpected records that should have become dead letters
 * @param deadLettersFound dead letters there are
 * @param twinImages images that were compared with their twin's
 * @param progressAfterOutcome requests of which progress was told after their outcome; promised to nobody
 * @param deviceTime by process; only judged where meters were read
 * @param ages from publication to outcome, by outcome
 */
public record Verdict(
        int publications,
        int requests,
        Map<String, Integer> outcomes,
        Map<Violation, Finding> violations,
        int images,
        int deadLettersExpected,
        int deadLettersFound,
        int twinImages,
        int progressAfterOutcome,
        List<DeviceTime> deviceTime,
        Map<String, Age> ages) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * How often, and the first few.
     *
     * @param examples ids and what is wrong with them
     */
    public record Finding(int count, List<String> examples) {
        public Finding {
            examples = List.copyOf(examples);
        }
    }

    /**
     * Device time of one incarnation of a worker.
     *
     * @param spentNanos by its meter
     * @param chargedNanos over all committed charges
     */
    public record DeviceTime(String process, long spentNanos, long chargedNanos) {
        /** Above 0 where device time was spent that nobody was charged for. */
        public long unchargedNanos() {
            return spentNanos - chargedNanos;
        }
    }

    /** How old requests were when their outcome reached the broker. */
    public record Age(int count, long maxMillis, long p99Millis) {}

    public Verdict {
        outcomes = Map.copyOf(outcomes);
        violations = Map.copyOf(violations);
        deviceTime = List.copyOf(deviceTime);
        ages = Map.copyOf(ages);
    }

    /** Whether every promise was kept. */
    public boolean ok() {
        return violations.values().stream().allMatch(finding -> finding.count() == 0);
    }

    public int count(Violation violation) {
        Finding finding = violations.get(violation);
        return finding == null ? 0 : finding.count();
    }

    /** Everything, with {@code ok}. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("ok", ok());
        json.setAll(JSON.<ObjectNode>valueToTree(this));
        return json;
    }

    /**
     * What {@link #toJson} wrote.
     *
     * @throws UncheckedIOException where the text is no verdict
     */
    public static Verdict parse(String json) {
        try {
            return JSON.readValue(json, Verdict.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("no verdict: " + json, e);
        }
    }

    /** A few lines for people: what there was, and what is wrong with it. */
    public String summary() {
        return new VerdictText(this).toString();
    }
}
