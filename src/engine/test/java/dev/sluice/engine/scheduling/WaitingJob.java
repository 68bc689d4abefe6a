package dev.sluice.engine.scheduling;

import dev.sluice.request.Network;
import dev.sluice.request.Priority;
import dev.sluice.request.TenantId;
import java.time.Instant;
import java.util.List;

/** A job of nothing but numbers: each of its images starts with one row of the denoiser, or of another network. */
public final class WaitingJob implements QueuedJob<List<WaitingJob.OneRow>> {
    private final Terms terms;
    private int imagesStarted;
    private long age;

    /** What a job asks for. Immutable, so they can be shared. */
    public record Terms(
            String tenant, Priority priority, Instant deadline, int images, long evaluations, Network network) {
        public static final Terms USUAL = new Terms("tenant", Priority.BATCH, Instant.MAX, 1, 6, Network.DENOISER);

        public Terms withTenant(String newTenant) {
            return new Terms(newTenant, priority, deadline, images, evaluations, network);
        }

        public Terms withPriority(Priority newPriority) {
            return new Terms(tenant, newPriority, deadline, images, evaluations, network);
        }

        public Terms withDeadline(Instant newDeadline) {
            return new Terms(tenant, priority, newDeadline, images, evaluations, network);
        }

        public Terms withImages(int newImages) {
            return new Terms(tenant, priority, deadline, newImages, evaluations, network);
        }

        /** Of each image. */
        public Terms withEvaluations(long newEvaluations) {
            return new Terms(tenant, priority, deadline, images, newEvaluations, network);
        }

        public Terms withNetwork(Network newNetwork) {
            return new Terms(tenant, priority, deadline, images, evaluations, newNetwork);
        }
    }

    /** A row that stands for an image. A class, for two of one job are not the same. */
    public static final class OneRow implements Row {
        private final WaitingJob job;

        private OneRow(WaitingJob job) {
            this.job = job;
        }

        @Override
        public Network network() {
            return job.terms.network();
        }

        @Override
        public WaitingJob job() {
            return job;
        }
    }

    private final long arrival;

    public WaitingJob(Terms terms, long arrival) {
        this.terms = terms;
        this.arrival = arrival;
    }

    void enter(long round) {
        age = round;
    }

    public int imagesStarted() {
        return imagesStarted;
    }

    public OneRow row() {
        return new OneRow(this);
    }

    @Override
    public TenantId tenant() {
        return new TenantId(terms.tenant());
    }

    @Override
    public Priority priority() {
        return terms.priority();
    }

    @Override
    public long age() {
        return age;
    }

    @Override
    public Instant deadline() {
        return terms.deadline();
    }

    @Override
    public long arrival() {
        return arrival;
    }

    @Override
    public long evaluationsPerImage() {
        return terms.evaluations();
    }

    @Override
    public boolean allImagesStarted() {
        return imagesStarted == terms.images();
    }

    @Override
    public List<OneRow> startNextImage() {
        imagesStarted++;
        return List.of(row());
    }
}
