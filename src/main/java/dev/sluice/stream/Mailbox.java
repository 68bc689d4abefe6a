package dev.sluice.stream;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * News of one task's jobs, on the way to the task. Any thread writes; the task's thread empties it in a punctuation. At
 * most one outcome and one progress per job are in here, so the jobs inside bound it.
 */
final class Mailbox {
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private final Map<GenerationRequest, Integer> progress = new ConcurrentHashMap<>();

    void ended(Outcome outcome) {
        outcomes.add(outcome);
    }

    void progressed(GenerationRequest request, int step) {
        progress.put(request, step);
    }

    void takeOutcomes(Consumer<Outcome> taker) {
        for (Outcome outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            taker.accept(outcome);
        }
    }

    /** Takes the latest step of each request that has moved. */
    void takeProgress(BiConsumer<GenerationRequest, Integer> taker) {
        progress.entrySet().removeIf(entry -> {
            taker.accept(entry.getKey(), entry.getValue());
            return true;
        });
    }
}
