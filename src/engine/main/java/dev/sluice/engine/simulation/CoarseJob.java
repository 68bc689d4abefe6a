package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduling.QueuedJob;
import dev.sluice.request.Priority;
import dev.sluice.request.TenantId;
import java.time.Instant;

/**
 * A request in a {@link CoarseEngine}: what its images come to, and how many of them are under way and done. Confined to
 * that engine's thread.
 */
public final class CoarseJob implements QueuedJob<CoarseJob> {
    private final String model;
    private final TenantId tenant;
    private final Priority priority;
    private final Shape shape;
    private final Runnable ended;
    private long age;
    private long arrival;
    private int imagesStarted;
    private int imagesDone;

    /**
     * What the images are.
     *
     * @param steps of each
     * @param denoiserRows of each, over all its steps
     * @param guideRows of each, over all its steps
     */
    public record Shape(int images, int steps, long denoiserRows, long guideRows) {
        public Shape {
            if (images < 1 || steps < 1 || denoiserRows < steps || guideRows < 0) {
                throw new IllegalArgumentException("no images of a request: " + images + ", " + steps + " steps, "
                        + denoiserRows + " and " + guideRows + " rows");
            }
        }
    }

    /**
     * A job that no engine has yet.
     *
     * @param ended hears of the end of the last image, in {@link CoarseEngine#passTo}
     */
    public CoarseJob(String model, TenantId tenant, Priority priority, Shape shape, Runnable ended) {
        this.model = model;
        this.tenant = tenant;
        this.priority = priority;
        this.shape = shape;
        this.ended = ended;
    }

    String model() {
        return model;
    }

    @Override
    public Priority priority() {
        return priority;
    }

    Shape shape() {
        return shape;
    }

    void enter(long newAge, long newArrival) {
        age = newAge;
        arrival = newArrival;
    }

    void imageDone() {
        imagesDone++;
        if (imagesDone == shape.images()) {
            ended.run();
        }
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public long age() {
        return age;
    }

    @Override
    public Instant deadline() {
        return Instant.MAX;
    }

    @Override
    public long arrival() {
        return arrival;
    }

    @Override
    public long evaluationsPerImage() {
        return shape.denoiserRows() + shape.guideRows();
    }

    @Override
    public boolean allImagesStarted() {
        return imagesStarted == shape.images();
    }

    @Override
    public CoarseJob startNextImage() {
        imagesStarted++;
        return this;
    }
}
