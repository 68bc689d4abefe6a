package dev.sluice.stream;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * News of one task's jobs, on the way to the task. Any thread writes; the task's thread empties it in a punctuation. At
 * most one outcome and one progress per job are in here, so the jobs inside bound it. What comes while the task is closed
 * goes to {@code unread} instead: its next owner starts the job again.
 */
final class OutcomeInbox {
    private final Consumer<Outcome> unread;
    private final Queue<Outcome> outcomes = new ArrayDeque<>();
    private final Map<GenerationRequest, Integer> progress = new ConcurrentHashMap<>();
    private boolean open;

    /** A closed one. */
    OutcomeInbox(Consumer<Outcome> unread) {
        this.unread = unread;
    }

    synchronized void open() {
        open = true;
    }

    synchronized void close() {
        open = false;
        outcomes.forEach(unread);
        outcomes.clear();
        progress.clear();
    }

    synchronized void ended(Outcome outcome) {
        if (open) {
            outcomes.add(outcome);
        } else {
            unread.accept(outcome);
        }
    }

    void progressed(GenerationRequest request, int step) {
        progress.put(request, step);
    }

    void takeOutcomes(Consumer<Outcome> taker) {
        for (Outcome outcome = poll(); outcome != null; outcome = poll()) {
            taker.accept(outcome);
        }
    }

    private synchronized @Nullable Outcome poll() {
        return outcomes.poll();
    }

    /** Takes the latest step of each request that has moved. */
    void takeProgress(BiConsumer<GenerationRequest, Integer> taker) {
        progress.entrySet().removeIf(entry -> {
            taker.accept(entry.getKey(), entry.getValue());
            return true;
        });
    }
}
