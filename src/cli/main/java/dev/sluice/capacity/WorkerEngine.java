package dev.sluice.capacity;

/** A simulated worker's engine. Its caller gives it the time, which never goes back. */
interface WorkerEngine {
    /** How a request ended. */
    interface Ended {
        /** A request ended during {@link #passTo}. {@code expired} says that its deadline ended it. */
        void ended(boolean expired);
    }

    /**
     * Takes a request on.
     *
     * @param publishedNanos when it was published
     */
    void submit(Ask ask, long publishedNanos, long nowNanos, Ended ended);

    /** When it has to be given the time again; {@link Long#MAX_VALUE} where it has nothing to do. */
    long nextNanos();

    /** Lets time pass to this moment, which is not after {@link #nextNanos}. */
    void passTo(long nanos);

    /** Seconds of work that it has taken and not done, as {@code sluice_work_waiting_seconds}. */
    double waitingSeconds();

    /** Device time in batches. */
    long deviceNanos();

    /** A new engine for a worker of the fleet. */
    static WorkerEngine of(Fleet fleet) {
        return switch (fleet.detail()) {
            case IMAGES -> new ByImages(fleet.models());
            case ROWS -> new ByRows(fleet.models());
        };
    }
}
