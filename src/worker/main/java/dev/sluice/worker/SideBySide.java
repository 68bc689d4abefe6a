package dev.sluice.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Looks at several outside parts at once, so that one that is away takes no time from another. Each look has a thread of its
 * own; who asks for all of them waits for the last.
 */
final class SideBySide {
    private SideBySide() {}

    /** A look at one outside part, which takes as long as it has patience. */
    @FunctionalInterface
    interface Look {
        /** What is wrong, in words; nothing if all is well. */
        List<String> problems() throws InterruptedException;
    }

    /**
     * Looks.
     *
     * @return what is wrong, in the order of the looks
     * @throws InterruptedException where the caller is interrupted; the looks are too, then
     */
    static List<String> problems(List<Look> looks) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("sluice-startup-", 0).daemon().factory());
        try {
            List<Future<List<String>>> begun =
                    looks.stream().map(look -> threads.submit(look::problems)).toList();
            for (Future<List<String>> look : begun) {
                problems.addAll(look.get());
            }
            return problems;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException unexpected
                    ? unexpected
                    : new IllegalStateException("a look at the start failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
