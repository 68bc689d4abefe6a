package dev.sluice.storage;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.crt.CRT;
import software.amazon.awssdk.crt.CrtRuntimeException;

/**
 * Keeps a client answering while the JVM shuts down. AWS's native runtime has a shutdown hook of its own, which runs beside
 * the one that drains the worker and would have the native client answer nobody from then on. The hook only gives back one
 * reference, and the runtime ends with the last; this object holds another from {@link #hold} to {@link #close}. Any thread
 * may call.
 */
final class ThroughShutdown implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThroughShutdown.class);

    private final Runnable release;

    private ThroughShutdown(Runnable release) {
        this.release = release;
    }

    /** Keeps what the client needs through a shutdown. Must be closed once, after the client. */
    static ThroughShutdown hold(S3Settings.HttpClient client) {
        return switch (client) {
            case CRT -> holdNative();
            // All Java, and without a hook.
            case NETTY -> new ThroughShutdown(() -> {});
        };
    }

    private static ThroughShutdown holdNative() {
        try {
            CRT.acquireShutdownRef();
        } catch (CrtRuntimeException e) {
            LOG.info("native_runtime_ended reason=\"the process is being stopped\" cause=\"{}\"", e.getMessage());
            return new ThroughShutdown(() -> {});
        }
        return new ThroughShutdown(CRT::releaseShutdownRef);
    }

    @Override
    public void close() {
        release.run();
    }
}
