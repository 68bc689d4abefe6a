package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.cost.CostCheck;
import dev.sluice.cost.CostTopic;
import dev.sluice.cost.Retained;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Verdicts on topics without any charge. */
class CostVerdictTest {
    private static final Retained EVERYTHING = Retained.everything("costs");
    private static final Retained SHORTENED =
            new Retained("costs", List.of(new Retained.Partition(0, 5, Instant.parse("2026-03-01T00:00:00Z"), false)));

    private static final CostCheck.Meter NOTHING_SPENT = new CostCheck.Meter("worker/1795897620336", false, 0);
    private static final CostCheck.Meter NOT_CHARGED = new CostCheck.Meter("worker/1795897620336", false, 7);

    @Test
    void addsUpWhereAllIsKnownAndCharged() {
        assertThat(lastLine(verdict(NOTHING_SPENT, new CostTopic.Reading(0, 0, EVERYTHING))))
                .isEqualTo("It adds up.");
    }

    @Test
    void doesNotAddUpWhereAllIsKnownAndSomeIsNotCharged() {
        assertThat(lastLine(verdict(NOT_CHARGED, new CostTopic.Reading(0, 0, EVERYTHING))))
                .isEqualTo("It does NOT add up.");
    }

    @Test
    void whatIsMissingMayBeInChargesThatNobodyCanRead() throws IOException {
        for (CostTopic.Reading reading :
                List.of(new CostTopic.Reading(0, 3, EVERYTHING), new CostTopic.Reading(0, 0, SHORTENED))) {
            for (CostCheck.Meter meter : List.of(NOTHING_SPENT, NOT_CHARGED)) {
                CostVerdict verdict = verdict(meter, reading);

                assertThat(verdict.addsUp()).isFalse();
                assertThat(printed(verdict))
                        .contains("Can't tell whether it adds up")
                        .doesNotContain("NOT add up");
                assertDocumented("cost-check", verdict.asJson());
                assertThat(new JsonMapper()
                                .readTree(verdict.asJson())
                                .get("answer")
                                .textValue())
                        .isEqualTo("unknown");
            }
        }
    }

    @Test
    void fitsATerminal() {
        assertThat(printed(verdict(NOT_CHARGED, new CostTopic.Reading(2, 3, SHORTENED)))
                        .lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    private static CostVerdict verdict(CostCheck.Meter meter, CostTopic.Reading reading) {
        return CostVerdict.of(new CostCheck(), List.of(meter), reading, Instant.EPOCH);
    }

    private static String printed(CostVerdict verdict) {
        StringWriter text = new StringWriter();
        verdict.print(new PrintWriter(text, true), 80);
        return text.toString();
    }

    private static String lastLine(CostVerdict verdict) {
        return printed(verdict).lines().toList().getLast();
    }
}
