package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "submit --sampler dim|--sampler: dim is none of ddpm, ddim, pndm, dpmpp_2m, euler; did you mean ddim?",
                "submit --guidanse none|no such option: --guidanse; did you mean --guidance?",
                "submit --labl=seven|no such option: --labl; did you mean --label?",
                "submit --guidance clasifier-free|clasifier-free is none of none, classifier, classifier-free; did you mean",
                "submit --images 1.5|--images: '1.5' is no whole number",
                "plan --steps ten|--steps: 'ten' is no whole number",
                "plan --scale big|--scale: 'big' is no number",
                "plan --schedule compres|did you mean compress?",
                "sumbit|no such command: sumbit; did you mean submit?",
                "help sumbit|no such command: sumbit; did you mean submit?",
                "dlq lst|no such command: lst; did you mean list?",
                "dlq|say what to do: list, show or resend",
                "schemas|say what to do: check, register",
                "cost --format xml|--format: xml is none of table, csv, json",
                "standalone --set engine.threads|--set: must be KEY=VALUE, not engine.threads",
                "worker --config|--config",
                "cancel|'ID'",
                "demo more|more: one word too many",
                "bench --only nothing|nothing",
                "bench --only helpSecond|did you mean helpSeconds?",
                "cost --form json|no such option: --form; did you mean --format?",
                "dlq --kafka k:1|say what to do first, then --kafka: list, show, resend",
                "cost --registry nowhere|--registry: must begin with http:// or https://, not \"nowhere\"",
                "cost --kafka nowhere|--kafka: must be HOST:PORT, not nowhere",
                "get a --expires 1h|--expires does nothing without --link",
                "get a --s3-region eu|--s3-region does nothing without --link or --out or --open",
                "submit --label a --json|--json does nothing without --wait or --out or --open",
                "worker --json|--json does nothing without --keys",
                "cost --focus service=a|--focus does nothing without --format csv",
                "cost --by tenant,model,tenant|--by: tenant is there twice",
                "cost --by day --by day|--by: day is there twice",
                "cost --check --by day|--by does nothing beside --check",
                "cost --state-directory a|--state-directory does nothing without --check",
                "sweep --config a --threads 2|--threads does nothing beside --config",
                "cost --by tennant|did you mean tenant?"
            })
    void isOneLineWithTheNearestRightWord(String arguments, String message) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void whoTypesNothingIsShownWhatThereIsAndTheErrorLast() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Commands:");
        assertThat(run.err().lines().toList().getLast()).startsWith("say what to do: demo, standalone");
    }
}
