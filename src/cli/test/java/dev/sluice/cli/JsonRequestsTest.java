package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonRequestsTest {
    @Test
    void fillsInTheContractsDefaults() {
        GenerationRequested request = JsonRequests.parse(
                "{\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"m\",\"prompt\":{\"label\":\"one\"}}");

        assertThat(request.getImages()).isEqualTo(1);
        assertThat(request.getPrompt().getLabel()).isEqualTo("one");
        assertThat(request.getGuidance().getMethod()).isEqualTo(GuidanceMethod.NONE);
        assertThat(request.getDeadline()).isNull();
    }

    @Test
    void readsNestedFieldsEnumsInAnyCaseAndTimes() {
        GenerationRequested request = JsonRequests.parse("""
                {"requestId":"a","tenantId":"t","model":"m","deadline":"2030-01-31T12:00:00Z","tags":{"k":"v"},
                 "guidance":{"method":"classifier-free","scale":"NaN",
                             "schedule":{"kind":"explicit","timesteps":[3,1]}}}""");

        assertThat(request.getGuidance().getMethod()).isEqualTo(GuidanceMethod.CLASSIFIER_FREE);
        assertThat(request.getGuidance().getScale()).isNaN();
        assertThat(request.getGuidance().getSchedule().getKind()).isEqualTo(ScheduleKind.EXPLICIT);
        assertThat(request.getGuidance().getSchedule().getTimesteps()).containsExactly(3, 1);
        assertThat(request.getDeadline()).isEqualTo(Instant.parse("2030-01-31T12:00:00Z"));
        assertThat(request.getTags()).containsEntry("k", "v");
    }

    @Test
    void readsSolversAndWhatOfTheScaleIsCompressed() {
        GenerationRequested request = JsonRequests.parse("""
                {"requestId":"a","tenantId":"t","model":"m","sampler":{"kind":"dpmpp-2m","steps":20},
                 "guidance":{"method":"classifier-free","scale":7.5,"cfgCompress":"whole-scale"}}""");

        assertThat(request.getSampler().getKind()).isEqualTo(SamplerKind.DPMPP_2M);
        assertThat(request.getGuidance().getCfgCompress()).isEqualTo(CfgCompress.WHOLE_SCALE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"requestId\":\"a\",\"tenantId\":\"t\"}|model",
                "{\"requestId\":1,\"tenantId\":\"t\",\"model\":\"m\"}|requestId: must be text",
                "{\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"m\",\"stepz\":1}|stepz: no such field",
                "{\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"m\",\"images\":1.5}|images: must be a whole number",
                "{\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"m\",\"sampler\":{\"kind\":\"x\"}}|sampler.kind: must be one of",
                "nonsense|not JSON"
            })
    void namesTheFieldAtFault(String line, String message) {
        assertThatThrownBy(() -> JsonRequests.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void readsARequestFromEachLineAndPassesOverAByteOrderMarkAndEmptyLines() throws IOException {
        assertThat(read("\uFEFF" + request("a") + "\r\n\r\n" + request("a") + "\n \n" + request("ç")))
                .extracting(GenerationRequested::getRequestId)
                .containsExactly("a", "a", "ç");
        assertThat(read("")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void refusesWhatCanBeReadInTwoWaysWithTheLinesNumber(String line, String message) {
        assertThatThrownBy(() -> read(request("a") + "\n\n" + line + "\n" + request("z")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line 3: ")
                .hasMessageContaining(message);
    }

    static Stream<Arguments> refusesWhatCanBeReadInTwoWaysWithTheLinesNumber() {
        return Stream.of(
                arguments(request("b") + request("c"), "there is more than one JSON object at column "),
                arguments(request("b") + " oops", "not JSON at column "),
                arguments(request("b") + "]", "not JSON at column "),
                arguments("[" + request("b") + "]", "the request: must be an object"),
                arguments("\uFEFF" + request("b"), "not JSON at column 1"),
                arguments(with("\"seed\":1,\"seed\":2"), "seed is there twice"),
                arguments(with("\"tags\":{\"k\":\"1\",\"k\":\"2\"}"), "k is there twice"),
                arguments(request("a").replace("\"m\"", "\"n\""), "requestId: a is that of an earlier line"),
                arguments(with("\"modle\":\"x\""), "modle: no such field"),
                arguments(
                        with("\"seed\":9223372036854775808"), "seed: must be a whole number from -9223372036854775808"),
                arguments(with("\"seed\":1e3"), "seed: must be a whole number"),
                arguments(with("\"images\":2147483648"), "images: must be a whole number from -2147483648"),
                arguments(with("\"guidance\":{\"scale\":1e999}"), "guidance.scale: must be a number that fits"),
                arguments(with("\"guidance\":{\"scale\":NaN}"), "not JSON"),
                arguments(with("\"guidance\":{\"scale\":\"3.5\"}"), "guidance.scale: must be a number"),
                arguments(
                        with("\"guidance\":{\"schedule\":{\"timesteps\":[3,1.5]}}"),
                        "guidance.schedule.timesteps[1]: must be a whole number"),
                arguments(with("\"prompt\":{\"label\":\"\\ud800\"}"), "prompt.label: must be text without half"),
                arguments(with("\"priority\":1"), "priority: must be one of"),
                arguments(with("\"deadline\":1796040000000"), "deadline: must be a time such as"),
                arguments(with("\"deadline\":\"+999999999-01-01T00:00:00Z\""), "deadline: must be a time such as"));
    }

    @Test
    void refusesWhatContradictsItselfWithTheLinesNumber() {
        assertThatThrownBy(() -> read(request("a") + "\n"
                        + request("b")
                                .replace("}}", "},\"guidance\":{\"schedule\":{\"kind\":\"COMPRESS\",\"guided\":5}}}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("line 2: guidance.schedule needs a guidance.method");
        assertThatThrownBy(() -> read("{\"requestId\":\"a\",\"tenantId\":\"t\",\"model\":\"m\"}"))
                .hasMessageStartingWith("line 1: prompt has nothing to draw");
    }

    /** The worker gives it the bundle's. */
    @Test
    void leavesSamplerStepsAndScaleToTheBundle() throws IOException {
        GenerationRequested request = read(request("a")
                        .replace("}}", "},\"guidance\":{\"method\":\"CLASSIFIER_FREE\"}}"))
                .getFirst();

        assertThat(request.getSampler()).isEqualTo(new SamplerSpec(SamplerKind.BUNDLE, 0, 0.0));
        assertThat(request.getGuidance().getScale()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"promt\":{}|promt: no such field; did you mean prompt?",
                "\"steps\":20|steps: no such field; did you mean sampler.steps?",
                "\"guidance\":{\"sclae\":2}|guidance.sclae: no such field; did you mean scale?",
                "\"sampler\":{\"kind\":\"DIM\"}|DPMPP_2M, EULER, BUNDLE; did you mean DDIM?"
            })
    void namesTheNearestRightWordWithTheLinesNumber(String field, String message) {
        assertThatThrownBy(() -> read(request("a") + "\n" + with(field)))
                .hasMessageStartingWith("line 2: ")
                .hasMessageEndingWith(message);
    }

    @Test
    void namesAFieldThatIsMissing() {
        assertThatThrownBy(() -> JsonRequests.parse("{\"requestId\":\"a\",\"tenantId\":\"t\"}"))
                .hasMessage("model: must be given");
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        byte[] latin = (request("a") + "\n" + request("é")).getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> JsonRequests.readLines(new ByteArrayInputStream(latin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("line 2: not UTF-8 at byte 15");
    }

    private static List<GenerationRequested> read(String lines) throws IOException {
        return JsonRequests.readLines(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    }

    private static String request(String id) {
        return "{\"requestId\":\"" + id + "\",\"tenantId\":\"t\",\"model\":\"m\",\"prompt\":{\"label\":\"cat\"}}";
    }

    private static String with(String field) {
        return "{\"requestId\":\"b\",\"tenantId\":\"t\",\"model\":\"m\"," + field + "}";
    }
}
