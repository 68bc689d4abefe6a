package dev.sluice.chaos.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A run as it is written down: one that kept every promise, until something is done to it. */
final class RunScript {
    static final String PROCESS = "worker-1/1000";

    final List<Publication> publications = new ArrayList<>();
    final List<History.Outcome> outcomes = new ArrayList<>();
    final List<History.Charge> charges = new ArrayList<>();
    final Map<String, Long> progress = new HashMap<>();
    final List<History.DeadLetter> deadLetters = new ArrayList<>();
    final Map<History.Image, Optional<History.StoredObject>> objects = new HashMap<>();
    final List<MeterReading> meters = new ArrayList<>();
    final List<String> unreadable = new ArrayList<>();

    /** Two twins completed, one request cancelled, one conflict and one poisonous record, 30 ns of device time. */
    static RunScript good() {
        RunScript run = new RunScript();
        for (String id : List.of("a", "b")) {
            run.publish(id, Publication.Kind.REQUEST, Set.of("COMPLETED"), "ab");
            run.complete(id);
            run.progress.put(id, 1_500L);
        }
        run.publish("a", Publication.Kind.DUPLICATE, Set.of(), "");
        run.publish("c", Publication.Kind.REQUEST, Set.of("COMPLETED"), "");
        run.publish("c", Publication.Kind.CANCEL, Set.of("CANCELLED"), "");
        run.outcomes.add(new History.Outcome("c", "CANCELLED", 3_000, List.of(), false));
        run.publish("a", Publication.Kind.CONFLICTING, Set.of(), "");
        run.publish("poison-1", Publication.Kind.POISON, Set.of(), "");
        run.deadLetters.add(new History.DeadLetter("a", Optional.of("requests-0@7"), true));
        run.deadLetters.add(new History.DeadLetter("poison-1", Optional.of("requests-1@3"), true));
        run.charges.add(new History.Charge("overhead:1", Optional.empty(), Optional.empty(), "", PROCESS, 10, false));
        run.meters.add(new MeterReading(PROCESS, 30));
        return run;
    }

    void publish(String id, Publication.Kind kind, Set<String> allowed, String twin) {
        publications.add(new Publication(id, "tenant", kind, allowed, twin, 1, id, 1_000));
    }

    /** Completes a request with an image of its own and a charge of 10 ns. */
    void complete(String id) {
        History.Image image = image(id);
        outcomes.add(new History.Outcome(id, "COMPLETED", 2_000, List.of(image), false));
        objects.put(image, Optional.of(new History.StoredObject(image.sha256(), 100, Optional.of("pixels"))));
        charges.add(charge(id, "request:" + id));
    }

    static History.Image image(String id) {
        return new History.Image(id, 0, "bucket", id + "/0.png", "sha-" + id, 100, Optional.of("16 and 8 rows"));
    }

    static History.Charge charge(String id, String costId) {
        return new History.Charge(costId, Optional.of(id), Optional.of("tenant"), "COMPLETED", PROCESS, 10, false);
    }

    Verdict judge() {
        return HistoryJudge.judge(new History(
                publications, outcomes, charges, progress, deadLetters, objects, Optional.of(meters), unreadable));
    }
}
