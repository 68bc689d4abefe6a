package dev.sluice.engine.scheduling;

import dev.sluice.engine.scheduling.WaitingJob.OneRow;
import dev.sluice.engine.scheduling.WaitingJob.Terms;
import dev.sluice.request.Network;
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

/** Scheduling a full batch out of a crowd, in nanoseconds per row: both networks, both priorities, many tenants in line. */
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

    private final BatchScheduler<OneRow> scheduler = new BatchScheduler<>(new BatchSizes(ROWS, ROWS), GUIDE_PATIENCE);

    /** Adds more rows than fill batches of either network, and jobs that wait behind them. */
    @Setup
    public void crowd() {
        long arrivals = 0;
        for (Priority priority : Priority.values()) {
            Terms terms = Terms.USUAL.withPriority(priority).withImages(4 * ROWS);
            WaitingJob denoised = new WaitingJob(terms, arrivals++);
            WaitingJob guided = new WaitingJob(terms.withNetwork(Network.GUIDE), arrivals++);
            for (int image = 0; image < 2 * ROWS; image++) {
                scheduler.add(denoised.row());
                scheduler.add(guided.row());
            }
        }
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            scheduler.add(new WaitingJob(Terms.USUAL.withTenant("tenant " + tenant), arrivals++));
        }
    }

    /** The rows of the batch ask for the next step at once, so the crowd stays as it is. */
    @Benchmark
    public List<OneRow> scheduleBatch() {
        scheduler.startImages();
        List<OneRow> rows = scheduler.take(scheduler.next(true).orElseThrow());
        rows.forEach(scheduler::add);
        return rows;
    }
}
