package dev.sluice.stream;

/** When the next checkpoint of one job is due. Confined to the engine's thread. */
final class CheckpointPace {
    private final CheckpointSettings settings;
    private boolean begun;
    private long lastNanos;
    private int lastStepsLeft;

    CheckpointPace(CheckpointSettings settings) {
        this.settings = settings;
    }

    /**
     * Whether one is due after this step. Not where fewer steps are left than were taken since the last one: then the job is
     * over before the next would be due.
     *
     * @param stepsLeft of all its images together
     * @param nowNanos of a monotonic clock
     */
    boolean due(int stepsLeft, long nowNanos) {
        if (!begun) {
            begun = true;
            lastNanos = nowNanos;
            lastStepsLeft = stepsLeft + 1;
        }
        int stepsSince = lastStepsLeft - stepsLeft;
        boolean time = settings.every()
                .filter(every -> nowNanos - lastNanos >= every.toNanos())
                .isPresent();
        boolean steps =
                settings.steps().isPresent() && stepsSince >= settings.steps().getAsInt();
        return (time || steps) && stepsLeft >= stepsSince;
    }

    /** One was taken. */
    void taken(int stepsLeft, long nowNanos) {
        lastNanos = nowNanos;
        lastStepsLeft = stepsLeft;
    }
}
