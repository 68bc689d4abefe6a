package dev.sluice.app;

import java.util.function.BooleanSupplier;

/**
 * What an orchestrator's probes are told, from before the worker has read a bundle until it is gone. Nothing here asks a
 * dependency: a worker that can't reach Kafka, the registry or S3 waits for them, and another process could do no better.
 *
 * <p>The thread that starts the worker and the one that stops it write; the endpoint's threads read.
 */
final class Probes {
    private volatile Stage stage = new Stage.Starting();

    /** How far the worker has come. */
    private sealed interface Stage {
        /** Checks, loads and makes first calls. */
        record Starting() implements Stage {}

        /** Every bundle is verified and loaded and has made its first call. */
        record Serving(BooleanSupplier alive, BooleanSupplier takesRequests) implements Stage {}

        /** Takes nothing new, and ends by itself. */
        record Stopping() implements Stage {}
    }

    /**
     * Every bundle is verified and loaded and has made its first call.
     *
     * @param alive whether the engine goes round and the stream has its threads; asked at every call from now on
     * @param takesRequests whether the stream runs
     */
    void warm(BooleanSupplier alive, BooleanSupplier takesRequests) {
        stage = new Stage.Serving(alive, takesRequests);
    }

    /** The worker drains. */
    void stopping() {
        stage = new Stage.Stopping();
    }

    /** Whether every bundle is verified, loaded and warm. Stays so. */
    boolean started() {
        return switch (stage) {
            case Stage.Starting starting -> false;
            case Stage.Serving serving -> true;
            case Stage.Stopping stopping -> true;
        };
    }

    /** Whether requests are taken from the topic. */
    boolean ready() {
        return switch (stage) {
            case Stage.Starting starting -> false;
            case Stage.Serving serving -> serving.takesRequests().getAsBoolean();
            case Stage.Stopping stopping -> false;
        };
    }

    /** Whether the process is worth keeping. One that starts or stops is: both end, one way or the other. */
    boolean live() {
        return switch (stage) {
            case Stage.Starting starting -> true;
            case Stage.Serving serving -> serving.alive().getAsBoolean();
            case Stage.Stopping stopping -> true;
        };
    }
}
