package dev.sluice.client;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks for images and reports how each request ended.
 *
 * <pre>{@code
 * try (GenerationClient client = new GenerationClient(new ClientSettings("broker:9092", "http://registry:8081", "my-app"))) {
 *     GenerationHandle handle = client.publish(request);
 *     switch (client.await(handle, Duration.ofMinutes(5))) {
 *         case GenerationOutcome.Completed completed -> show(completed.event().getImages());
 *         case GenerationOutcome.Failed failed -> complain(failed.event().getCode());
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe: make one and share it. It reads outcomes with one consumer without a group, from its own start on. So
 * it learns of every outcome of a request that it published, unless it ends first. If that matters, keep the request's
 * id and read the topics. A request whose id was settled before has no second outcome to await. Partitions that the
 * outcome topics get later are not read by a client that is already there.
 */
public final class GenerationClient implements AutoCloseable {
    private final OpenRequests requests = new OpenRequests();
    private final GenerationPublisher publisher;
    private final OutcomeConsumer outcomes;

    /**
     * Connects, and listens from now on.
     *
     * @throws org.apache.kafka.common.KafkaException where the outcome topics can't be read
     */
    public GenerationClient(ClientSettings settings) {
        publisher = new GenerationPublisher(settings);
        try {
            outcomes = new OutcomeConsumer(settings, requests);
        } catch (RuntimeException e) {
            publisher.close();
            throw e;
        }
    }

    /** Publishes like {@link #publish(GenerationRequested, Optional)}, without a trace. */
    public GenerationHandle publish(GenerationRequested request) throws InterruptedException {
        return publish(request, Optional.empty());
    }

    /**
     * Publishes a request and waits until the brokers have it.
     *
     * @param traceparent trace context that the request's events will carry, as W3C has it
     * @throws IllegalStateException if they don't take it, or the client can't hear of its outcome
     */
    public GenerationHandle publish(GenerationRequested request, Optional<String> traceparent)
            throws InterruptedException {
        boolean awaited = requests.isOpen(request.getRequestId());
        GenerationHandle handle = requests.open(request.getRequestId());
        boolean published = false;
        try {
            publisher.publish(request, traceparent);
            published = true;
            return handle;
        } finally {
            if (!published && !awaited) {
                requests.forget(request.getRequestId());
            }
        }
    }

    /**
     * Waits for a request's outcome. May be called again after a timeout, and by many threads.
     *
     * @throws TimeoutException if there is none yet
     * @throws IllegalStateException if the client can't hear of it any more
     */
    public GenerationOutcome await(GenerationHandle handle, Duration timeout)
            throws InterruptedException, TimeoutException {
        try {
            return handle.outcome().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IllegalStateException("no outcome of " + handle.requestId() + ": " + cause.getMessage(), cause);
        }
    }

    /**
     * Cancels a request. It still gets an outcome: a failure with code {@code CANCELLED}, unless it was done already.
     *
     * @param reason told in the failure
     * @throws IllegalStateException if the brokers don't take it
     */
    public void cancel(GenerationHandle handle, String reason) throws InterruptedException {
        publisher.cancel(new GenerationCancelled(handle.requestId(), reason));
    }

    /** Frees what is kept for a request that nobody will await any more. */
    public void forget(GenerationHandle handle) {
        requests.forget(handle.requestId());
    }

    /** Closes the client. Calls that still wait fail. */
    @Override
    public void close() {
        outcomes.close();
        publisher.close();
    }
}
