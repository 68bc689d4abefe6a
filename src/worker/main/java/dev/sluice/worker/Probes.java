package dev.sluice.worker;

import java.util.List;
import java.util.function.Supplier;

/**
 * What an orchestrator's probes are told, from before the worker has read a bundle until it is gone. Nothing here asks a
 * dependency: a worker that can't reach Kafka, the registry or S3 waits for them, and another process could do no better.
 *
 * <p>The thread that starts the worker and the one that stops it write; the endpoint's threads read.
 */
final class Probes {
    private volatile Stage stage;

    /** How far the worker has come. */
    private sealed interface Stage {
        /** Checks, loads and runs first batches. */
        record Starting(Supplier<List<String>> doing) implements Stage {}

        /** Every bundle is verified and loaded and has run its first batch. */
        record Serving(Health health) implements Stage {}

        /** Takes nothing new, and ends by itself. */
        record Stopping() implements Stage {}
    }

    /** How a worker that has started is, in sentences. Asked at every call, on any thread. */
    interface Health {
        /** Why the process is not worth keeping; nothing where it is. */
        List<String> notAlive();

        /** Why no requests are taken from the topic; nothing where they are. */
        List<String> notReady();

        /** What is wrong and keeps the worker from nothing. */
        List<String> remarks();
    }

    /**
     * An answer.
     *
     * @param because why not, or, with a yes, what is worth knowing
     */
    record Answer(boolean yes, List<String> because) {
        Answer {
            because = List.copyOf(because);
        }

        /** Yes if nothing is against it. */
        private static Answer unless(List<String> against, List<String> remarks) {
            return against.isEmpty() ? new Answer(true, remarks) : new Answer(false, against);
        }

        private static Answer no(List<String> because) {
            return new Answer(false, because);
        }
    }

    /**
     * Probes of a worker that starts.
     *
     * @param doing what the start is at; asked at every call
     */
    Probes(Supplier<List<String>> doing) {
        stage = new Stage.Starting(doing);
    }

    /** Every bundle is verified and loaded and has run its first batch. */
    void warm(Health health) {
        stage = new Stage.Serving(health);
    }

    /** The worker drains. */
    void stopping() {
        stage = new Stage.Stopping();
    }

    /** Whether every bundle is verified, loaded and warm. Stays so. */
    Answer started() {
        return switch (stage) {
            case Stage.Starting(Supplier<List<String>> doing) -> Answer.no(doing.get());
            case Stage.Serving serving -> new Answer(true, List.of());
            case Stage.Stopping stopping -> new Answer(true, List.of());
        };
    }

    /** Whether requests are taken from the topic. */
    Answer ready() {
        return switch (stage) {
            case Stage.Starting(Supplier<List<String>> doing) -> Answer.no(doing.get());
            case Stage.Serving(Health health) -> Answer.unless(health.notReady(), health.remarks());
            case Stage.Stopping stopping -> Answer.no(List.of("the worker is stopping: it takes nothing new"));
        };
    }

    /** Whether the process is worth keeping. One that starts or stops is: both end, one way or the other. */
    Answer live() {
        return switch (stage) {
            case Stage.Starting(Supplier<List<String>> doing) -> new Answer(true, doing.get());
            case Stage.Serving(Health health) -> Answer.unless(health.notAlive(), health.remarks());
            case Stage.Stopping stopping -> new Answer(true, List.of("the worker is stopping"));
        };
    }
}
