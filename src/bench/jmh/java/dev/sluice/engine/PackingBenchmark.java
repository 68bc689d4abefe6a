package dev.sluice.engine;

import dev.sluice.engine.Row.Role;
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
@OperationsPerInvocation(PackingBenchmark.ROWS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PackingBenchmark {
    static final int ROWS = 16;
    private static final int GUIDE_PATIENCE = 16;
    private static final int TENANTS = 20;

    private final Packing packing = new Packing(new CallRows(ROWS, ROWS), GUIDE_PATIENCE);

    /** Adds more rows than fill batches of either network, and jobs that wait behind them. */
    @Setup
    public void crowd() {
        SimulatedLane lane = new SimulatedLane(ROWS, ROWS);
        for (Priority priority : Priority.values()) {
            Job underWay = lane.job(SimulatedLane.draft().withPriority(priority).withImages(4 * ROWS))
                    .job();
            for (int image = 0; image < 2 * ROWS; image++) {
                packing.add(new Row(underWay.startNextImage(), Role.CONDITIONAL));
                packing.add(new Row(underWay.startNextImage(), Role.GUIDE));
            }
        }
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            packing.add(lane.job(SimulatedLane.draft().withTenant("tenant " + tenant))
                    .job());
        }
    }

    /** The rows of the call ask for the next step at once, so the crowd stays as it is. */
    @Benchmark
    public List<Row> packCall() {
        packing.startImages();
        List<Row> rows = packing.take(packing.next(true).orElseThrow());
        rows.forEach(packing::add);
        return rows;
    }
}
