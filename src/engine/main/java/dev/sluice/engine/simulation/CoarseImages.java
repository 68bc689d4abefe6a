package dev.sluice.engine.simulation;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A bundle's images under way of one priority. All of them take steps at one rate, so an image's end is a number of steps,
 * whenever those come.
 */
final class CoarseImages {
    /** Two images that end as near to each other as rounding errors end together. */
    private static final double SAME = 1e-6;

    private final PriorityQueue<Image> images = new PriorityQueue<>(Comparator.comparingDouble(Image::endStep));
    /** Steps so far. */
    private double step;
    /** Steps in a turn. */
    private double pace;

    private double denoiserRows;
    private double guideRows;
    /** Sum over all images of rows between two steps times the step of the image's end. */
    private double evaluationsToEnd;

    private record Image(CoarseJob job, double endStep) {
        double denoiserRows() {
            return (double) job.shape().denoiserRows() / job.shape().steps();
        }

        double guideRows() {
            return (double) job.shape().guideRows() / job.shape().steps();
        }
    }

    /** Denoiser rows that come between two steps. */
    double rows() {
        return denoiserRows;
    }

    /** Guide rows that come between two steps. */
    double guideRows() {
        return guideRows;
    }

    double guideRowsPerTurn() {
        return guideRows * pace;
    }

    double evaluationsPerTurn() {
        return (denoiserRows + guideRows) * pace;
    }

    double evaluationsLeft() {
        return Math.max(0, evaluationsToEnd - (denoiserRows + guideRows) * step);
    }

    void start(CoarseJob job, double delaySteps) {
        Image image = new Image(job, step + job.shape().steps() + delaySteps);
        images.add(image);
        denoiserRows += image.denoiserRows();
        guideRows += image.guideRows();
        evaluationsToEnd += (image.denoiserRows() + image.guideRows()) * image.endStep();
    }

    void share(double newPace) {
        pace = newPace;
    }

    double turnsToNextEnd() {
        Image next = images.peek();
        return next == null || pace == 0 ? Double.POSITIVE_INFINITY : Math.max(0, next.endStep() - step) / pace;
    }

    void pass(double turns, List<CoarseJob> done) {
        step += turns * pace;
        for (Image next = images.peek(); next != null && next.endStep() <= step + SAME; next = images.peek()) {
            images.remove();
            denoiserRows -= next.denoiserRows();
            guideRows -= next.guideRows();
            evaluationsToEnd -= (next.denoiserRows() + next.guideRows()) * next.endStep();
            done.add(next.job());
        }
        if (images.isEmpty()) {
            // What rounding has left; and numbers stay small.
            step = 0;
            denoiserRows = 0;
            guideRows = 0;
            evaluationsToEnd = 0;
        }
    }
}
