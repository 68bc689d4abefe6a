package dev.sluice.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HistoryJudgeTest {
    @Test
    void findsNothingWrongWithAGoodRun() {
        Verdict verdict = RunScript.good().judge();

        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
        assertThat(verdict.requests()).isEqualTo(3);
        assertThat(verdict.publications()).isEqualTo(7);
        assertThat(verdict.outcomes()).isEqualTo(Map.of("COMPLETED", 2, "CANCELLED", 1));
        assertThat(verdict.images()).isEqualTo(2);
        assertThat(verdict.twinImages()).isEqualTo(1);
        assertThat(verdict.deadLettersExpected()).isEqualTo(2);
        assertThat(verdict.ages().get("CANCELLED")).isEqualTo(new Verdict.Age(1, 2_000, 2_000));
        assertThat(verdict.deviceTime()).containsExactly(new Verdict.DeviceTime(RunScript.PROCESS, 30, 30));
    }

    @Test
    void comparesTwinsOnlyWhereTheirCallsHadTheSameSize() {
        RunScript run = RunScript.good();
        History.Image made = RunScript.image("b");
        History.Image halved = new History.Image(
                "b", 0, made.bucket(), made.key(), made.sha256(), made.sizeBytes(), Optional.of("8 and 8 rows"));
        run.outcomes.replaceAll(outcome -> outcome.requestId().equals("b")
                ? new History.Outcome("b", outcome.name(), outcome.atMillis(), List.of(halved), false)
                : outcome);
        run.objects.put(halved, Optional.of(new History.StoredObject("sha-b", 100, Optional.of("others"))));

        Verdict verdict = run.judge();

        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
        assertThat(verdict.twinImages()).isZero();
    }

    @Test
    void saysOfEveryPromiseThatItWasJudged() {
        assertThat(RunScript.good().judge().violations().keySet()).isEqualTo(EnumSet.allOf(Violation.class));
    }

    /** What is done to a good run, and the violations that must then be found, each once. */
    record Damage(String name, Consumer<RunScript> done, Set<Violation> found) {
        static Damage of(String name, Consumer<RunScript> done, Violation... found) {
            return new Damage(name, done, Set.of(found));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Damage> damages() {
        return Stream.of(
                Damage.of(
                        "a request without an outcome",
                        run -> run.outcomes.removeIf(
                                outcome -> outcome.requestId().equals("c")),
                        Violation.LOST),
                Damage.of("a completion twice", run -> run.outcomes.add(run.outcomes.getFirst()), Violation.DOUBLED),
                Damage.of(
                        "a completion after a cancellation",
                        run -> run.outcomes.add(new History.Outcome("c", "STORAGE_FAULT", 4_000, List.of(), false)),
                        Violation.DOUBLED,
                        Violation.UNEXPECTED_OUTCOME),
                Damage.of(
                        "a failure that is not allowed",
                        run -> run.outcomes.set(2, new History.Outcome("c", "ENGINE_FAULT", 3_000, List.of(), false)),
                        Violation.UNEXPECTED_OUTCOME),
                Damage.of(
                        "an outcome of poison",
                        run -> run.outcomes.add(
                                new History.Outcome("poison-1", "FIELD_INVALID", 3_000, List.of(), false)),
                        Violation.ORPHAN_EVENT),
                Damage.of(
                        "a charge of nobody's request",
                        run -> {
                            run.charges.add(RunScript.charge("nobody", "request:nobody"));
                            run.meters.set(0, new MeterReading(RunScript.PROCESS, 40));
                        },
                        Violation.ORPHAN_EVENT),
                Damage.of(
                        "progress of nobody's request",
                        run -> run.progress.put("nobody", 1_000L),
                        Violation.ORPHAN_EVENT),
                Damage.of(
                        "an event that can't be read",
                        run -> run.unreadable.add("completions-0@5"),
                        Violation.UNREADABLE_EVENT),
                Damage.of(
                        "a completion without its image",
                        run -> run.outcomes.set(0, new History.Outcome("a", "COMPLETED", 2_000, List.of(), false)),
                        Violation.WRONG_IMAGE_COUNT),
                Damage.of(
                        "no object",
                        run -> run.objects.put(RunScript.image("a"), Optional.empty()),
                        Violation.MISSING_OBJECT),
                Damage.of(
                        "another object",
                        run -> run.objects.put(
                                RunScript.image("a"),
                                Optional.of(new History.StoredObject("sha-x", 100, Optional.of("pixels")))),
                        Violation.WRONG_CHECKSUM),
                Damage.of(
                        "an object of another length",
                        run -> run.objects.put(
                                RunScript.image("a"),
                                Optional.of(new History.StoredObject("sha-a", 99, Optional.of("pixels")))),
                        Violation.WRONG_CHECKSUM),
                Damage.of(
                        "an object that is no PNG",
                        run -> run.objects.put(
                                RunScript.image("a"),
                                Optional.of(new History.StoredObject("sha-a", 100, Optional.empty()))),
                        Violation.NOT_PNG),
                Damage.of(
                        "a twin with other pixels",
                        run -> run.objects.put(
                                RunScript.image("b"),
                                Optional.of(new History.StoredObject("sha-b", 100, Optional.of("others")))),
                        Violation.TWINS_DIFFER),
                Damage.of(
                        "a completion that nobody is charged for",
                        run -> {
                            run.charges.removeIf(charge -> charge.costId().equals("request:a"));
                            run.meters.set(0, new MeterReading(RunScript.PROCESS, 20));
                        },
                        Violation.UNCHARGED),
                Damage.of(
                        "a charge under another id again",
                        run -> {
                            run.charges.add(RunScript.charge("a", "request:a:again"));
                            run.meters.set(0, new MeterReading(RunScript.PROCESS, 40));
                        },
                        Violation.DOUBLE_CHARGE),
                Damage.of(
                        "overhead twice under one id",
                        run -> {
                            run.charges.add(run.charges.getLast());
                            run.meters.set(0, new MeterReading(RunScript.PROCESS, 40));
                        },
                        Violation.DOUBLE_CHARGE),
                Damage.of(
                        "a charge and no outcome",
                        run -> run.outcomes.removeFirst(),
                        Violation.LOST,
                        Violation.CHARGE_WITHOUT_OUTCOME),
                Damage.of(
                        "a charge for another outcome",
                        run -> {
                            run.charges.add(RunScript.charge("c", "request:c"));
                            run.meters.set(0, new MeterReading(RunScript.PROCESS, 40));
                        },
                        Violation.WRONG_CHARGE),
                Damage.of(
                        "a charge to another tenant",
                        run -> run.charges.set(
                                0,
                                new History.Charge(
                                        "request:a",
                                        Optional.of("a"),
                                        Optional.of("other"),
                                        "COMPLETED",
                                        RunScript.PROCESS,
                                        10,
                                        false)),
                        Violation.WRONG_CHARGE),
                Damage.of(
                        "a charge below nothing",
                        run -> run.charges.set(
                                2,
                                new History.Charge(
                                        "overhead:1",
                                        Optional.empty(),
                                        Optional.empty(),
                                        "",
                                        RunScript.PROCESS,
                                        10,
                                        true)),
                        Violation.NEGATIVE_TIME),
                Damage.of(
                        "a completion that took less than no time",
                        run -> run.outcomes.set(
                                0, new History.Outcome("a", "COMPLETED", 2_000, List.of(RunScript.image("a")), true)),
                        Violation.NEGATIVE_TIME),
                Damage.of("poison that vanished", run -> run.deadLetters.removeLast(), Violation.DEAD_LETTER_MISSING),
                Damage.of(
                        "a dead letter twice",
                        run -> run.deadLetters.add(run.deadLetters.getLast()),
                        Violation.DEAD_LETTER_DOUBLED),
                Damage.of(
                        "a dead letter of a good request",
                        run -> run.deadLetters.add(new History.DeadLetter("b", Optional.of("requests-2@9"), true)),
                        Violation.DEAD_LETTER_UNEXPECTED),
                Damage.of(
                        "a dead letter that doesn't say why",
                        run -> run.deadLetters.set(1, new History.DeadLetter("poison-1", Optional.empty(), false)),
                        Violation.DEAD_LETTER_UNEXPLAINED),
                Damage.of(
                        "device time that nobody answers for",
                        run -> run.meters.set(0, new MeterReading(RunScript.PROCESS, 31)),
                        Violation.DEVICE_TIME),
                Damage.of("a charge of a process without a meter", run -> run.meters.clear(), Violation.DEVICE_TIME));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void catches(Damage damage) {
        RunScript run = RunScript.good();
        damage.done().accept(run);

        Verdict verdict = run.judge();

        Map<Violation, Integer> found = verdict.violations().entrySet().stream()
                .filter(entry -> entry.getValue().count() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().count()));
        assertThat(verdict.ok()).isFalse();
        assertThat(found).isEqualTo(damage.found().stream().collect(Collectors.toMap(kind -> kind, kind -> 1)));
    }

    @Test
    void everyViolationIsCaughtByADamage() {
        Set<Violation> caught =
                damages().flatMap(damage -> damage.found().stream()).collect(Collectors.toSet());

        assertThat(caught).isEqualTo(EnumSet.allOf(Violation.class));
    }

    @Test
    void progressAfterTheOutcomeIsCountedAndNoViolation() {
        RunScript run = RunScript.good();
        run.progress.put("a", 2_001L);

        Verdict verdict = run.judge();

        assertThat(verdict.ok()).isTrue();
        assertThat(verdict.progressAfterOutcome()).isEqualTo(1);
    }

    @Test
    void aVerdictSurvivesTheWayThroughJson() {
        RunScript run = RunScript.good();
        run.deadLetters.removeLast();
        Verdict verdict = run.judge();

        assertThat(verdict.toJson().get("ok").asBoolean()).isFalse();
        assertThat(Verdict.parse(verdict.toJson().toString())).isEqualTo(verdict);
        assertThat(verdict.summary()).contains("DEAD_LETTER_MISSING: 1", "poison-1", "BROKEN");
    }
}
