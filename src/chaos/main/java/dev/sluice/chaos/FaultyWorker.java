package dev.sluice.chaos;

import dev.sluice.cli.Main;
import dev.sluice.cli.WorkerCommand;
import dev.sluice.worker.Worker;
import java.util.List;

/** The process of a worker that takes the suite's orders on standard input; {@code sluice worker} itself knows no faults. */
public final class FaultyWorker {
    private FaultyWorker() {}

    /** Serves as {@code sluice worker} does with the same arguments, and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(Main.commandLine(List.of(new WorkerCommand(FaultyWorker::hooks)))
                .execute(arguments));
    }

    private static Worker.Hooks hooks() {
        FaultConsole console = FaultConsole.listen(System.in, System.out);
        return new Worker.Hooks(console.failpoints(), console.clock(), console.device()::around);
    }
}
