package dev.sluice.chaos.checker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges a run by what could be seen of it: a pure function of its history. Each promise has its own judge; this one calls
 * them all.
 */
final class HistoryJudge {
    private HistoryJudge() {}

    static Verdict judge(History history) {
        Published published = new Published(history.publications());
        Findings findings = new Findings();
        history.unreadable().forEach(where -> findings.add(Violation.UNREADABLE_EVENT, where));

        Map<String, History.Outcome> first = new HashMap<>();
        history.outcomes().forEach(outcome -> first.putIfAbsent(outcome.requestId(), outcome));

        OutcomeJudge outcomes = new OutcomeJudge(published, first, findings);
        outcomes.judge(history);
        ImageJudge images = new ImageJudge(published, findings);
        images.judge(history);
        new ChargeJudge(published, first, findings).judge(history.charges());
        DeadLetterJudge deadLetters = new DeadLetterJudge(published, findings);
        deadLetters.judge(history.deadLetters());
        List<Verdict.DeviceTime> deviceTime = DeviceTimes.of(history);
        deviceTime.stream()
                .filter(time -> time.unchargedNanos() != 0)
                .forEach(time -> findings.add(
                        Violation.DEVICE_TIME,
                        time.process() + " spent " + time.spentNanos() + " ns and charged " + time.chargedNanos()));
        return new Verdict(
                history.publications().size(),
                published.requestCount(),
                outcomes.counts(),
                findings.all(),
                images.whole(),
                deadLetters.expected(),
                history.deadLetters().size(),
                images.twinsCompared(),
                outcomes.progressAfterOutcome(),
                deviceTime,
                Ages.of(published, first.values()));
    }
}
