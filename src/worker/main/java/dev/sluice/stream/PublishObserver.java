package dev.sluice.stream;

import dev.sluice.engine.JobEnd;
import dev.sluice.request.GenerationRequest;
import java.time.Duration;

/** Hears of requests whose images are stored. Called on a thread of the finisher or of its store: hand over and return. */
@FunctionalInterface
public interface PublishObserver {
    /** Hears nothing. */
    PublishObserver NONE = (request, sampled, encoding, uploading) -> {};

    /** Hears first this, then the other. */
    default PublishObserver andThen(PublishObserver other) {
        return (request, sampled, encoding, uploading) -> {
            stored(request, sampled, encoding, uploading);
            other.stored(request, sampled, encoding, uploading);
        };
    }

    /**
     * All images of a request are stored.
     *
     * @param encoding from samples to files, the wait for a thread included
     * @param uploading from there until the store had all of them
     */
    void stored(GenerationRequest request, JobEnd.Sampled sampled, Duration encoding, Duration uploading);
}
