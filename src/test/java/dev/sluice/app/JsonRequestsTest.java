package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.ScheduleKind;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
