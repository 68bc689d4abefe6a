package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.OtherAnswers.Answer;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OutcomeWaitTest {
    private static final Instant AT = Instant.parse("2026-11-30T12:00:00Z");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @Test
    void showsTheOutcomeThatAUsedIdHad() {
        OutcomeWait wait = wait(Set.of("used"));

        wait.take(new Answer.Earlier("used", failure("used", "first"), AT));
        assertThat(out.toString()).as("a worker may still be at it").isEmpty();
        wait.settleEarlier();

        assertThat(out.toString())
                .contains("used  had its outcome already, at 2026-11-30T12:00:00Z:", "used  failed: CANCELLED: first");
        wait.settleEarlier();
        assertThat(out.toString().lines()).hasSize(2);
    }

    @Test
    void waitsForTheNewOutcomeWhereAWorkerIsAtAUsedIdAgain() {
        OutcomeWait wait = wait(Set.of("used"));

        wait.take(new Answer.Earlier("used", failure("used", "first"), AT));
        wait.take(progress("used"));
        wait.settleEarlier();
        wait.take(failure("used", "second"));

        assertThat(out.toString()).contains("second").doesNotContain("first");
    }

    @Test
    void saysThatARecordIsADeadLetterAndWhy() {
        OutcomeWait wait = wait(Set.of("used"));

        wait.take(new Answer.DeadLetter("another", "bad bytes"));
        wait.take(new Answer.DeadLetter("used", "used for something else"));
        wait.take(new Answer.Earlier("used", failure("used", "first"), AT));
        wait.settleEarlier();

        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "used  has no outcome; its record is a dead letter: used for something else");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysThatWhatIsOpenGoesOnAndHowToTakeItBack() {
        OutcomeWait wait = wait(Set.of("b", "a", "done"));
        wait.take(failure("done", "it is"));

        assertThat(wait.whatGoesOn().lines())
                .containsExactly("The requests go on; this takes them back:", "  ./sluice cancel --kafka k:1 a b");
        assertThat(wait(Set.of("one")).whatGoesOn()).startsWith("The request goes on; this takes it back:");
        Set<String> many = IntStream.range(0, 25).mapToObj(String::valueOf).collect(Collectors.toSet());
        assertThat(wait(many).whatGoesOn()).endsWith("  and 5 more");
    }

    private OutcomeWait wait(Set<String> ids) {
        return new OutcomeWait(command, false, " --kafka k:1", ids, completed -> {});
    }

    private static GenerationFailed failure(String id, String message) {
        return GenerationFailed.newBuilder()
                .setRequestId(id)
                .setCode(GenerationFailureCode.CANCELLED)
                .setMessage(message)
                .setRetriable(false)
                .setFailedAt(AT)
                .setWorker("w")
                .build();
    }

    private static GenerationProgressed progress(String id) {
        return GenerationProgressed.newBuilder()
                .setRequestId(id)
                .setTenantId("t")
                .setStep(1)
                .setSteps(2)
                .setWorker("w")
                .build();
    }
}
