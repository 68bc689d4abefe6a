package dev.sluice.engine.device;

import dev.sluice.engine.clock.EngineClock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The device behind a thread of its own, so that the loop can get the next batch ready beside the one under way. */
public final class DeviceThread implements Device {
    private final EngineClock clock;
    private final ExecutorService thread;
    private final Deque<Future<BatchResult>> started = new ArrayDeque<>();

    /** A device whose thread is up. */
    public DeviceThread(EngineClock clock) {
        this.clock = clock;
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("sluice-device").daemon(true).factory());
    }

    /** Runs something on the thread, before the first batch, and waits for it; what it throws is thrown here. */
    public void prepare(Runnable preparation) {
        await(thread.submit(preparation, true));
    }

    @Override
    public void start(Batch batch) {
        started.addLast(thread.submit(() -> Device.make(batch, clock)));
    }

    @Override
    public BatchResult take() {
        return await(started.removeFirst());
    }

    @Override
    public void close() {
        started.forEach(batch -> batch.cancel(false));
        thread.close();
    }

    /** Nobody interrupts the loop's thread: a batch can't be given up half-way. */
    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted during a call", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
