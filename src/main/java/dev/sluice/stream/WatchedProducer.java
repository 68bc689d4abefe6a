package dev.sluice.stream;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * A stream thread's producer, which tells {@link Transactions} how each of its transactions ends. An aborted transaction
 * and one whose producer is closed before it was asked to commit are as good as never begun. Confined to the stream thread.
 */
final class WatchedProducer implements InvocationHandler {
    private final Producer<byte[], byte[]> producer;
    private final Transactions transactions;

    private WatchedProducer(Producer<byte[], byte[]> producer, Transactions transactions) {
        this.producer = producer;
        this.transactions = transactions;
    }

    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> of(Producer<byte[], byte[]> producer, Transactions transactions) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                WatchedProducer.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                new WatchedProducer(producer, transactions));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "commitTransaction" -> {
                transactions.commit(() -> call(method, arguments));
                return null;
            }
            case "abortTransaction", "close" -> {
                try {
                    return call(method, arguments);
                } finally {
                    transactions.aborted();
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
