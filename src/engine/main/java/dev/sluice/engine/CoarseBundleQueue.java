package dev.sluice.engine;

import dev.sluice.request.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One model's side of a {@link CoarseEngine}. A turn is a denoiser batch, with the guide batches that go with it. */
final class CoarseBundleQueue {
    private final SimulatedModel model;
    private final int rowsPerCall;
    private final int guideRowsPerCall;
    private final CoarseLine interactive = new CoarseLine();
    private final CoarseLine batch = new CoarseLine();
    private final Map<Priority, FairImageQueue<CoarseJob>> toStart = new EnumMap<>(Priority.class);
    /** Evaluations of images that have not started. */
    private long waiting;

    private double turns;
    private double turnNanos;

    CoarseBundleQueue(SimulatedModel model) {
        this.model = model;
        rowsPerCall = model.rows().denoiser();
        guideRowsPerCall = model.rows().guide();
        for (Priority priority : Priority.values()) {
            toStart.put(priority, new FairImageQueue<>());
        }
    }

    /** Jobs that come between two batches are equally old. */
    long round() {
        return (long) turns;
    }

    /** What a turn takes; 0 where no image is under way. */
    double turnNanos() {
        return turnNanos;
    }

    void submit(CoarseJob job) {
        rounds(job.priority()).add(job);
        waiting += job.evaluationsPerImage() * job.shape().images();
        // An image that comes between two batches waits for the end of the one under way: half of it, on average.
        startImages(turnNanos == 0 ? 0 : 0.5);
    }

    /** Starts images while their first rows would be in the next batch, as {@link BatchScheduler#startImages} does. */
    void startImages() {
        startImages(0);
    }

    private void startImages(double delayTurns) {
        FairImageQueue<CoarseJob> first = rounds(Priority.INTERACTIVE);
        while (!first.isEmpty() && interactive.rows() < fullRows()) {
            start(first, interactive, delayTurns);
        }
        FairImageQueue<CoarseJob> second = rounds(Priority.BATCH);
        while (!second.isEmpty()
                && (interactive.rows() + batch.rows() < fullRows()
                        || batch.rows() < fullRows() / RowQueue.BATCH_SHARE)) {
            start(second, batch, delayTurns);
        }
        share();
    }

    private void start(FairImageQueue<CoarseJob> rounds, CoarseLine line, double delayTurns) {
        CoarseJob job = rounds.startNext();
        waiting -= job.evaluationsPerImage();
        line.start(job, delayTurns);
    }

    /** Turns until the next image ends. */
    double turnsToNextEnd() {
        return Math.min(interactive.turnsToNextEnd(), batch.turnsToNextEnd());
    }

    /** Turns that all that is here will take at the present pace; 0 where nothing is. */
    double turnsLeft() {
        double perTurn = interactive.evaluationsPerTurn() + batch.evaluationsPerTurn();
        return perTurn == 0 ? 0 : (waiting + interactive.evaluationsLeft() + batch.evaluationsLeft()) / perTurn;
    }

    /** So many turns pass; an image's job is added once for each image that ends. */
    void pass(double passed, List<CoarseJob> done) {
        turns += passed;
        interactive.pass(passed, done);
        batch.pass(passed, done);
    }

    /**
     * Interactive rows go first, and batch rows that wait have one of so many. While both batches under way are full, no image
     * takes a step in each: its row is in one while the other is made.
     */
    private void share() {
        double first = interactive.rows();
        double second = batch.rows();
        double fastest = first + second < fullRows() ? 1 : 1.0 / CoarseEngine.CALLS_OF_ROWS;
        double owed = Math.min(second * fastest, (double) rowsPerCall / RowQueue.BATCH_SHARE);
        double ofFirst = Math.min(first * fastest, rowsPerCall - owed);
        double ofSecond = Math.min(second * fastest, rowsPerCall - ofFirst);
        interactive.share(first == 0 ? 0 : ofFirst / first);
        batch.share(second == 0 ? 0 : ofSecond / second);
        turnNanos = first + second == 0 ? 0 : model.denoiserCallNanos() + guideCalls() * model.guideCallNanos();
    }

    /** Guide batches in a turn: a guide row that nobody joins goes alone once nothing else is there to wait for. */
    private double guideCalls() {
        double rows = interactive.guideRowsPerTurn() + batch.guideRowsPerTurn();
        boolean full = interactive.rows() + batch.rows() >= rowsPerCall;
        if (full) {
            return rows / guideRowsPerCall;
        }
        // Those beyond a full batch go alone.
        return rows <= guideRowsPerCall ? Math.min(1, rows) : rows / guideRowsPerCall + 0.5;
    }

    /**
     * Denoiser rows of the images under way that leave no room for another. An image whose guide row waits for company has
     * none in the denoiser's line meanwhile; half a guide batch waits, on average.
     */
    private double fullRows() {
        double guides = interactive.guideRows() + batch.guideRows();
        return CoarseEngine.CALLS_OF_ROWS * rowsPerCall + Math.min(guides, (guideRowsPerCall - 1) / 2.0);
    }

    private FairImageQueue<CoarseJob> rounds(Priority priority) {
        FairImageQueue<CoarseJob> rounds = toStart.get(priority);
        if (rounds == null) {
            throw new IllegalStateException("no rounds for " + priority);
        }
        return rounds;
    }
}
