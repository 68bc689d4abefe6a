package dev.sluice.engine;

import dev.sluice.engine.Row.Role;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.Priority;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Packing a full call out of a crowd, in nanoseconds per row: both networks, both priorities, many tenants in line. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(BatchSchedulerBenchmark.ROWS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BatchSchedulerBenchmark {
    static final int ROWS = 16;
    private static final int GUIDE_PATIENCE = 16;
    private static final int TENANTS = 20;

    private final BatchScheduler scheduler = new BatchScheduler(new BatchSizes(ROWS, ROWS), GUIDE_PATIENCE);

    /** Adds more rows than fill batches of either network, and jobs that wait behind them. */
    @Setup
    public void crowd() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(ROWS, ROWS);
        for (Priority priority : Priority.values()) {
            Job underWay = queue.job(
                            SimulatedBundleQueue.draft().withPriority(priority).withImages(4 * ROWS))
                    .job();
            for (int image = 0; image < 2 * ROWS; image++) {
                scheduler.add(new Row(underWay.startNextImage(), Role.CONDITIONAL));
                scheduler.add(new Row(underWay.startNextImage(), Role.GUIDE));
            }
        }
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            scheduler.add(queue.job(SimulatedBundleQueue.draft().withTenant("tenant " + tenant))
                    .job());
        }
    }

    /** The rows of the call ask for the next step at once, so the crowd stays as it is. */
    @Benchmark
    public List<Row> packCall() {
        scheduler.startImages();
        List<Row> rows = scheduler.take(scheduler.next(true).orElseThrow());
        rows.forEach(scheduler::add);
        return rows;
    }
}
