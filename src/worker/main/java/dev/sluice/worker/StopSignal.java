package dev.sluice.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ctrl-C or SIGTERM, as something to wait for. From {@link #hold} on neither ends the process: whoever waits closes what runs, in
 * order, and then ends it with a status that says how that went. Before, both end it at once, since a start has nothing in hand.
 *
 * <p>Where the JVM shuts down for another reason, or lets nobody have its signals, its shutdown waits until {@link #close}. One
 * thread holds, waits and closes; the JVM's signal.
 */
public final class StopSignal implements AutoCloseable {
    /** The status of a process that a signal has ended with work in hand, as shells have it: 128 and SIGTERM's number. */
    public static final int WITH_WORK_IN_HAND = 143;

    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean held;

    public StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "sluice-stop"));
    }

    public void hold() {
        held = true;
        take("TERM");
        take("INT");
    }

    /** Asks for a stop, as Ctrl-C does. */
    public void ask() {
        asked.countDown();
    }

    public void await() throws InterruptedException {
        asked.await();
    }

    /** Whether it was asked for within that time. */
    public boolean await(Duration patience) throws InterruptedException {
        return asked.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    /**
     * Handles a signal by reflection: javac warns of the class, which every JDK has (module jdk.unsupported), and the
     * warning can't be suppressed.
     */
    @SuppressWarnings("ReferenceEquality") // A proxy is equal to itself alone.
    private void take(String signal) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler asks = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    ask();
                    yield null;
                }
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "sluice-stop";
            };
            type.getMethod("handle", type, handler)
                    .invoke(
                            null,
                            type.getConstructor(String.class).newInstance(signal),
                            Proxy.newProxyInstance(StopSignal.class.getClassLoader(), new Class<?>[] {handler}, asks));
        } catch (ReflectiveOperationException e) {
            LOG.debug("signal_not_taken signal={}", signal, e);
        }
    }

    private void shutDown() {
        ask();
        if (!held) {
            return;
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
