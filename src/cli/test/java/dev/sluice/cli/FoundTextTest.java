package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.FoundImages.FoundImage;
import dev.sluice.deadletter.Letter;
import dev.sluice.deadletter.LetterId;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.lookup.Found;
import dev.sluice.lookup.Known;
import dev.sluice.lookup.Standing;
import dev.sluice.storage.ObjectReader.Link;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code sluice get} prints. */
class FoundTextTest {
    private static final Instant AT = Instant.parse("2026-11-30T12:00:00Z");
    private static final Known ALL = new Known(Optional.empty(), Optional.empty(), List.of());
    private static final FoundImages NONE = new FoundImages(List.of());

    @Test
    void tellsOfACompletedRequestWhatWasMadeAndWhereItIs() {
        GenerationCompleted outcome = Outcomes.completed("a", "one");
        FoundImages images = new FoundImages(List.of(new FoundImage(
                outcome.getImages().getFirst(),
                Optional.of(new Link("http://s3/a?sig", AT)),
                Optional.of(Path.of("out/a-0.png")),
                Optional.empty())));

        String text = String.join("\n", FoundText.of(found(new Standing.Completed(outcome, AT)), images));

        assertThat(text)
                .startsWith("a  completed at 2026-11-30T12:00:00Z by w\n")
                .contains("4 steps, 2 guided: timesteps 4 to 2 by weights 2")
                .contains("4 conditional, 2 unconditional, 2 skipped")
                .contains("waited 1 ms, sampled 2.5 s, stored 30 ms")
                .contains("no charge was found")
                .contains("s3://bucket/a/0", "3 bytes, sha256 ", "http://s3/a?sig", "saved out/a-0.png");
    }

    @Test
    void saysInALineWhatHasBecomeOfAnyOther() {
        assertThat(line(failed(GenerationFailureCode.LABEL_UNKNOWN, "no eleven")))
                .isEqualTo("a  failed at 2026-11-30T12:00:00Z: LABEL_UNKNOWN (prompt.label): no eleven");
        assertThat(line(failed(GenerationFailureCode.CANCELLED, "changed\u001b my mind")))
                .isEqualTo("a  cancelled at 2026-11-30T12:00:00Z: changed\\u001b my mind");
        assertThat(line(new Standing.UnderWay(Outcomes.progressed("a", 31, 50), AT)))
                .isEqualTo("a  still under way, 31 of 50 steps at 2026-11-30T12:00:00Z by w");
        assertThat(line(letter())).isEqualTo("a  dead letter 3-17, because ID_TAKEN: used for something else");
        assertThat(line(new Standing.Waiting(AT))).startsWith("a  waiting: published at 2026-11-30T12:00:00Z");
        assertThat(line(new Standing.Unknown())).startsWith("a  unknown");
    }

    @Test
    void saysHowFarBackItKnows() {
        assertThat(new Known(Optional.of(AT), Optional.empty(), List.of("d")).sentences())
                .containsExactly(
                        "The topics' retention has deleted records from before 2026-11-30T12:00:00Z; what is older is not"
                                + " known.",
                        "Not read for want of the right to: d.");
        assertThat(new Known(Optional.of(AT), Optional.of(Duration.ofSeconds(60)), List.of()).sentences())
                .containsExactly(
                        "Reading stopped after 60 s (--timeout), at records of 2026-11-30T12:00:00Z. Older ones"
                                + " were not read.");
        assertThat(ALL.sentences()).isEmpty();
    }

    @Test
    void jsonHasEveryFieldAlways() {
        JsonNode unknown = FoundJson.of(found(new Standing.Unknown()), NONE, ALL);
        JsonNode cancelled = FoundJson.of(found(failed(GenerationFailureCode.CANCELLED, "m")), NONE, ALL);
        JsonNode dead = FoundJson.of(found(letter()), NONE, ALL);

        assertDocumented("get", unknown);
        assertDocumented("get", cancelled);
        assertDocumented("get", dead);
        assertThat(unknown.get("state").textValue()).isEqualTo("unknown");
        assertThat(unknown.at("/known/complete").booleanValue()).isTrue();
        assertThat(cancelled.get("state").textValue()).isEqualTo("cancelled");
        assertThat(cancelled.at("/outcome/message").textValue()).isEqualTo("m");
        assertThat(dead.get("state").textValue()).isEqualTo("dead_letter");
        assertThat(dead.at("/deadLetter/reason").textValue()).isEqualTo("ID_TAKEN");
    }

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "30m, PT30M", "12h, PT12H", "7d, PT168H"})
    void linksLastAsLongAsIsSaid(String text, Duration validity) {
        assertThat(new GetCommand.Validity().convert(text)).isEqualTo(validity);
    }

    @ParameterizedTest
    @CsvSource({"0s", "8d", "1w", "-1h", "1", "99999999s"})
    void noLinkLastsLonger(String text) {
        CommandRun run = CommandRun.of("get", "a", "--link", "--expires", text);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("must be a time such as 90s, 30m, 12h or 7d, and at most 7d, not " + text);
    }

    private static String line(Standing standing) {
        List<String> lines = FoundText.of(found(standing), NONE);
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    private static Found found(Standing standing) {
        return new Found("a", standing, List.of(), Optional.empty());
    }

    private static Standing failed(GenerationFailureCode code, String message) {
        return new Standing.Failed(Outcomes.failed("a", code, message), AT);
    }

    private static Standing letter() {
        return new Standing.DeadLetter(
                new Letter(
                        new LetterId(3, 17),
                        AT,
                        "ID_TAKEN",
                        "used for something else",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("a"),
                        Optional.of(1),
                        List.of()),
                false);
    }
}
