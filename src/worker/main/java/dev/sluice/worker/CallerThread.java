package dev.sluice.worker;

import dev.sluice.model.BundleException;
import dev.sluice.model.TorchScriptBundles;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs something on a thread that calls bundles as the engine's does. The caller waits. */
public final class CallerThread {
    private CallerThread() {}

    /**
     * Runs it.
     *
     * @param threads libtorch's, per operator
     * @throws BundleException if a bundle doesn't load
     */
    public static <T> T call(TorchScriptBundles torch, int threads, Callable<T> work) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(() -> {
            torch.prepareCallingThread(threads);
            return work.call();
        });
        Thread.ofPlatform().name("sluice-sweep").daemon(true).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BundleException unloadable) {
                throw unloadable;
            }
            throw new IllegalStateException("the bundles can't be called", e.getCause());
        }
    }
}
