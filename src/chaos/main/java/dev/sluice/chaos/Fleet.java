package dev.sluice.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployment's workers, each with a folder of its own that outlives its processes. A thread of this object starts a
 * dead worker again, as an orchestrator of containers would, save one that is held back. Any thread may call any method.
 */
final class Fleet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final Duration REST = Duration.ofMillis(500);
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    /** 0, or what a JVM ends with on SIGTERM once its shutdown hooks are done. */
    private static final Set<Integer> STOPPED = Set.of(0, 143);

    private final Path folder;
    private final Map<String, String> settings;
    private final Consumer<WorkerLaunch> whenEnded;
    private final Thread supervisor;
    private volatile boolean closing;
    /** Guarded by this, as all below. Workers that should run. */
    private final Map<String, WorkerProcess> members = new TreeMap<>();

    private final Set<String> heldBack = new HashSet<>();
    private final Set<String> ever = new HashSet<>();
    private final List<Exit> exits = new ArrayList<>();

    /** A process that ended, and with what status. */
    record Exit(String worker, int status) {}

    /**
     * A fleet of none.
     *
     * @param settings of every worker
     * @param whenEnded told once for each process that has ended, before its successor starts
     */
    Fleet(Path folder, Map<String, String> settings, Consumer<WorkerLaunch> whenEnded) {
        this.folder = folder;
        this.settings = settings;
        this.whenEnded = whenEnded;
        supervisor = Thread.ofPlatform().name("chaos-fleet").daemon(true).start(this::supervise);
    }

    /** Starts a worker that is restarted from now on whenever it dies. */
    synchronized WorkerProcess join(String name) {
        WorkerProcess process = WorkerProcess.start(new WorkerLaunch(name, folder.resolve(name), settings));
        members.put(name, process);
        ever.add(name);
        return process;
    }

    /** Names of all workers that there have ever been. */
    synchronized Set<String> everJoined() {
        return Set.copyOf(ever);
    }

    /** Has a worker drain and leave for good; returns its exit status, empty where it had to be killed. */
    OptionalInt leave(String name, Duration patience) throws InterruptedException {
        WorkerProcess process;
        synchronized (this) {
            process = members.remove(name);
        }
        if (process == null) {
            return OptionalInt.empty();
        }
        process.terminate();
        return awaitEnd(process, patience);
    }

    /** A worker of those that take requests; waits for one where there is none. */
    WorkerProcess pick(SplittableRandom random) throws InterruptedException {
        Patience.await(START_PATIENCE, () -> processes().stream().anyMatch(WorkerProcess::ready));
        List<WorkerProcess> ready =
                processes().stream().filter(WorkerProcess::ready).toList();
        List<WorkerProcess> choice = ready.isEmpty() ? processes() : ready;
        return choice.get(random.nextInt(choice.size()));
    }

    synchronized List<WorkerProcess> processes() {
        return List.copyOf(members.values());
    }

    /** Waits until every worker takes requests. */
    boolean awaitReady(Duration patience) throws InterruptedException {
        return Patience.await(patience, () -> processes().stream().allMatch(WorkerProcess::ready));
    }

    /** Keeps this worker's process from being started again once it is dead, until it is let go. */
    synchronized void holdBack(WorkerProcess process) {
        heldBack.add(process.launch().name());
    }

    synchronized void letGo(WorkerProcess process) {
        heldBack.remove(process.launch().name());
    }

    synchronized List<Exit> exits() {
        return List.copyOf(exits);
    }

    /** Has all workers drain and leave at once; how many had to be killed, or ended with a status other than a stop's. */
    int leaveAll(Duration patience) throws InterruptedException {
        List<WorkerProcess> leaving;
        synchronized (this) {
            leaving = processes();
            members.clear();
        }
        for (WorkerProcess process : leaving) {
            process.terminate();
        }
        int failed = 0;
        for (WorkerProcess process : leaving) {
            OptionalInt status = awaitEnd(process, patience);
            if (status.isEmpty() || !STOPPED.contains(status.getAsInt())) {
                LOG.warn(
                        "worker_left_badly worker={} status={}",
                        process.launch().name(),
                        status);
                failed++;
            }
        }
        return failed;
    }

    private OptionalInt awaitEnd(WorkerProcess process, Duration patience) throws InterruptedException {
        OptionalInt status = process.awaitExit(patience);
        process.close();
        ended(process);
        return status;
    }

    @Override
    public void close() {
        closing = true;
        supervisor.interrupt();
        try {
            supervisor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        processes().forEach(WorkerProcess::close);
    }

    private void supervise() {
        try {
            while (!closing) {
                Thread.sleep(REST);
                processes().forEach(this::replaceIfDead);
            }
        } catch (InterruptedException e) {
            LOG.debug("supervisor_ends");
        }
    }

    private synchronized void replaceIfDead(WorkerProcess process) {
        String name = process.launch().name();
        if (!process.alive() && members.get(name) == process && !heldBack.contains(name)) {
            process.close();
            ended(process);
            join(name);
        }
    }

    private synchronized void ended(WorkerProcess process) {
        String name = process.launch().name();
        int status = process.status();
        exits.add(new Exit(name, status));
        LOG.info("worker_ended worker={} status={}", name, status);
        whenEnded.accept(process.launch());
    }
}
