package dev.sluice.stream;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * A stream thread's producer, which tells how each of its transactions ends. One that is left open when the producer is
 * closed is as good as aborted. Confined to the stream thread.
 */
final class WatchedProducer implements InvocationHandler {
    private final Producer<byte[], byte[]> producer;
    private final TransactionListener listener;

    private WatchedProducer(Producer<byte[], byte[]> producer, TransactionListener listener) {
        this.producer = producer;
        this.listener = listener;
    }

    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> of(Producer<byte[], byte[]> producer, TransactionListener listener) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                WatchedProducer.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                new WatchedProducer(producer, listener));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "commitTransaction" -> {
                listener.committing();
                Object nothing = call(method, arguments);
                listener.committed();
                return nothing;
            }
            case "abortTransaction", "close" -> {
                try {
                    return call(method, arguments);
                } finally {
                    listener.aborted();
                }
            }
            default -> {
                return call(method, arguments);
            }
        }
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
