package dev.sluice.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFaultTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    enum Colour {
        RED,
        BLUE
    }

    record Paint(String name, int litres, Colour colour, List<Integer> shelves) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":\"a|line 1, column 11: the text ends too early",
                "{\"name\":1|line 1, column 10: the text ends before its object does",
                "[1|line 1, column 3: the text ends before its list does",
                "{\"a\":1,\"a\":2}|line 1, column 11: a is there twice",
                "{a:1}|line 1, column 2: a name must stand in double quotes",
                "{\"a\" 1}|line 1, column 6: a colon is missing",
                "{\"a\":1 \"b\":2}|line 1, column 8: a comma is missing",
                "{\"a\":01}|a number must not begin with more than one digit 0",
                "{\"a\":NaN}|this is no number",
                "{\"a\":nul}|nul is no value: text stands in double quotes",
                "{\"a\":\"b\tc\"}|line breaks and tabs in text are written \\n and \\t",
                "{\"a\":\"\\q\"}|there is no such escape; \\ itself is written \\\\",
                "{\"a\":1]|} must close first what is open, not ]",
                "]|] closes nothing that is open",
                "{\"a\":;}|; can't stand here"
            })
    void saysWhatIsWrongWithTheTextAndWhere(String json, String fault) {
        assertThat(fault(json, Object.class)).contains(fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"litres\":\"ten\"}|litres: must be a whole number, not ten",
                "{\"colour\":\"GREEN\"}|colour: must be one of RED, BLUE, not GREEN",
                "{\"shelves\":{}}|shelves: must be a list",
                "{\"shelves\":[1,\"x\"]}|shelves[1]: must be a whole number, not x",
                "{\"nmae\":1}|nmae: no such field; there are colour, litres, name, shelves"
            })
    void saysWhichFieldIsWrong(String json, String fault) {
        assertThat(fault(json, Paint.class)).isEqualTo(fault);
    }

    private static String fault(String json, Class<?> type) {
        String fault = JsonFault.described(
                catchThrowableOfType(JsonProcessingException.class, () -> JSON.readValue(json, type)));
        assertThat(fault).doesNotContain("Source", "REDACTED", "jackson", "StreamReadFeature", "Token");
        return fault;
    }
}
