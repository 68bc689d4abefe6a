package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reference values computed elsewhere (numpy, exact integers), one group a numbered key of {@code golden.json}. */
final class Golden {
    private Golden() {}

    static JsonNode group(String key) {
        try (InputStream json = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden.json"))) {
            return new ObjectMapper().readTree(json).required(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.intValue()));
        return values;
    }

    static List<Double> doubles(JsonNode array) {
        List<Double> values = new ArrayList<>();
        array.forEach(value -> values.add(value.doubleValue()));
        return values;
    }

    static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    /** Within what two correct float64 libraries may differ by. */
    static void assertSame(double actual, JsonNode expected, String what) {
        assertClose(actual, expected, 1e-12, what);
    }

    static void assertClose(double actual, JsonNode expected, double relative, String what) {
        double value = expected.doubleValue();
        assertThat(actual).as(what).isCloseTo(value, within(relative * Math.abs(value)));
    }
}
