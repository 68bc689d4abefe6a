package dev.sluice.bench;

/** The figures of the bench, with the target of each. */
public enum FigureKind {
    ENGINE_EFFICIENCY("engineEfficiency", "engine rows/s ÷ bare loop", Direction.AT_LEAST, 0.97),
    SCHEDULE_RATIOS("scheduleRatios", "measured time ratio ÷ ideal", Direction.AT_MOST, 1.01),
    MIXED_VS_BOUND("mixedVsBound", "mixed: images/s ÷ bound", Direction.AT_LEAST, 0.95),
    MIXED_VS_STATIC("mixedVsStatic", "mixed: images/s ÷ static batches'", Direction.AT_LEAST, 1.5),
    CONSTANT_VS_ELASTIC("constantVsElastic", "constant ÷ elastic calls, full load", Direction.AT_LEAST, 0.98),
    PADDING_SHARE("paddingShare", "padding while work waits", Direction.AT_MOST, 0.01),
    NULL_MODEL_REQUESTS("nullModelRequestsPerSecond", "requests/s through Kafka, null model", Direction.AT_LEAST, 2000),
    RSS_GROWTH("rssGrowthMb", "memory that requests leave, MB", Direction.AT_MOST, 32),
    HELP_SECONDS("helpSeconds", "sluice plan --help, s", Direction.AT_MOST, 0.35),
    SUBMIT_CPU_SECONDS("submitCpuSeconds", "sluice submit, s of processor", Direction.AT_MOST, 1.2);

    private final String key;
    private final String title;
    private final Direction direction;
    private final double bound;

    FigureKind(String key, String title, Direction direction, double bound) {
        this.key = key;
        this.title = title;
        this.direction = direction;
        this.bound = bound;
    }

    /** Its name in JSON and on the command line. */
    public String key() {
        return key;
    }

    String title() {
        return title;
    }

    /** Whether a value reaches the target. */
    boolean met(double value) {
        return switch (direction) {
            case AT_LEAST -> value >= bound;
            case AT_MOST -> value <= bound;
        };
    }

    /** The target, for people. */
    String target() {
        return (direction == Direction.AT_LEAST ? "≥ " : "≤ ") + Numbers.brief(bound);
    }

    @Override
    public String toString() {
        return key;
    }

    private enum Direction {
        AT_LEAST,
        AT_MOST
    }
}
