package dev.sluice.stream;

/**
 * What the tasks of a worker know of each other and of its stop.
 *
 * @param inFlight what has been started and not settled
 * @param unsettled what has been accepted and not settled
 */
record WorkerState(
        InFlight inFlight,
        PoisonQuarantine quarantine,
        Transactions transactions,
        Stopping stopping,
        Unsettled unsettled,
        RoutedCounts routed) {
    /** The state of a worker that has not begun. */
    static WorkerState fresh() {
        InFlight inFlight = new InFlight();
        return new WorkerState(
                inFlight,
                new PoisonQuarantine(inFlight),
                new Transactions(),
                new Stopping(),
                new Unsettled(),
                new RoutedCounts());
    }
}
