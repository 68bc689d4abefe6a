package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduling.BatchScheduler;
import dev.sluice.engine.scheduling.FairImageQueue;
import dev.sluice.request.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One model's side of a {@link CoarseEngine}. A turn is a denoiser batch, with the guide batches that go with it. */
final class CoarseBundleQueue {
    private final SimulatedModel model;
    private final int batchSize;
    private final int guideBatchSize;
    private final CoarseImages interactive = new CoarseImages();
    private final CoarseImages batch = new CoarseImages();
    private final Map<Priority, FairImageQueue<CoarseJob>> toStart = new EnumMap<>(Priority.class);
    /** Evaluations of images that have not started. */
    private long waiting;

    private double turns;
    private double turnNanos;

    CoarseBundleQueue(SimulatedModel model) {
        this.model = model;
        batchSize = model.rows().denoiser();
        guideBatchSize = model.rows().guide();
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
        imagesOf(job.priority()).add(job);
        waiting += job.evaluationsPerImage() * job.shape().images();
        // An image that comes between two batches waits for the end of the one under way: half of it, on average.
        startImages(turnNanos == 0 ? 0 : 0.5);
    }

    /** Starts images while their first rows would be in the next batch, as {@link BatchScheduler#startImages} does. */
    void startImages() {
        startImages(0);
    }

    private void startImages(double delayTurns) {
        FairImageQueue<CoarseJob> first = imagesOf(Priority.INTERACTIVE);
        while (!first.isEmpty() && interactive.rows() < fullRows()) {
            start(first, interactive, delayTurns);
        }
        FairImageQueue<CoarseJob> second = imagesOf(Priority.BATCH);
        while (!second.isEmpty()
                && (interactive.rows() + batch.rows() < fullRows()
                        || batch.rows() < fullRows() / BatchScheduler.BATCH_SHARE)) {
            start(second, batch, delayTurns);
        }
        share();
    }

    private void start(FairImageQueue<CoarseJob> waitingImages, CoarseImages images, double delayTurns) {
        CoarseJob job = waitingImages.startNext();
        waiting -= job.evaluationsPerImage();
        images.start(job, delayTurns);
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
        double fastest = first + second < fullRows() ? 1 : 1.0 / CoarseEngine.BATCHES_OF_ROWS;
        double owed = Math.min(second * fastest, (double) batchSize / BatchScheduler.BATCH_SHARE);
        double ofFirst = Math.min(first * fastest, batchSize - owed);
        double ofSecond = Math.min(second * fastest, batchSize - ofFirst);
        interactive.share(first == 0 ? 0 : ofFirst / first);
        batch.share(second == 0 ? 0 : ofSecond / second);
        turnNanos = first + second == 0 ? 0 : model.denoiserBatchNanos() + guideBatches() * model.guideBatchNanos();
    }

    /** Guide batches in a turn: a guide row that nobody joins goes alone once nothing else is there to wait for. */
    private double guideBatches() {
        double rows = interactive.guideRowsPerTurn() + batch.guideRowsPerTurn();
        boolean full = interactive.rows() + batch.rows() >= batchSize;
        if (full) {
            return rows / guideBatchSize;
        }
        // Those beyond a full batch go alone.
        return rows <= guideBatchSize ? Math.min(1, rows) : rows / guideBatchSize + 0.5;
    }

    /**
     * Denoiser rows of the images under way that leave no room for another. An image whose guide row waits for company has
     * none in the denoiser's queue meanwhile; half a guide batch waits, on average.
     */
    private double fullRows() {
        double guides = interactive.guideRows() + batch.guideRows();
        return CoarseEngine.BATCHES_OF_ROWS * batchSize + Math.min(guides, (guideBatchSize - 1) / 2.0);
    }

    private FairImageQueue<CoarseJob> imagesOf(Priority priority) {
        FairImageQueue<CoarseJob> images = toStart.get(priority);
        if (images == null) {
            throw new IllegalStateException("no queue for images of " + priority);
        }
        return images;
    }
}
