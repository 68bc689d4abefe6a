package dev.sluice.stream;

import java.util.List;

/**
 * Hears of requests on their way through a worker. Called on the thread that does the work, be it the stream's, the engine's,
 * the image publisher's or the store's: hand over, return at once, and never throw.
 */
@FunctionalInterface
public interface RequestListener {
    /** Hears nothing. */
    RequestListener NONE = event -> {};

    void on(RequestEvent event);

    /** One that passes each event on to all of these, in their order. */
    static RequestListener all(List<RequestListener> listeners) {
        List<RequestListener> each = List.copyOf(listeners);
        return event -> each.forEach(listener -> listener.on(event));
    }
}
