package dev.sluice.stream;

import dev.sluice.engine.JobEnd;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.StoredImage;
import dev.sluice.request.Timings;
import dev.sluice.storage.ImageAddress;
import dev.sluice.storage.ImageStore;
import dev.sluice.storage.PngEncoder;
import dev.sluice.storage.Provenance;
import dev.sluice.storage.RgbImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns samples into stored images, beside the engine: encode, upload, and only then an outcome. {@link #finish} is
 * called on the engine's thread and returns at once; encoding runs on a small pool of this object, uploads on the
 * store's own threads. The bound is {@link #hasRoom}, which closes the consumer's gate.
 */
public final class ImagePublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePublisher.class);

    /** What a store gets at least, however late the samples came. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);

    private final ImageStore store;
    private final int maxRequests;
    private final Clock clock;
    private final RequestListener events;
    private final PngEncoder encoder = new PngEncoder();
    private final AtomicInteger requestsInside = new AtomicInteger();
    private final ExecutorService pool;

    /**
     * A publisher with a pool of its own.
     *
     * @param threads that encode
     * @param maxRequests requests being finished at which this counts as full
     * @param events hears what is encoded and what is stored
     */
    public ImagePublisher(ImageStore store, int threads, int maxRequests, Clock clock, RequestListener events) {
        this.store = store;
        this.maxRequests = maxRequests;
        this.clock = clock;
        this.events = events;
        pool = Executors.newFixedThreadPool(
                threads,
                Thread.ofPlatform().name("sluice-finish-", 0).daemon(true).factory());
    }

    /** Whether more samples are welcome. */
    public boolean hasRoom() {
        return requestsInside.get() < maxRequests;
    }

    /**
     * Stores a request's images.
     *
     * @param contentHash of the request as it was published
     * @param giveUpAt when the store has been asked for long enough
     * @return the outcome; never fails: what goes wrong here is a failed outcome
     */
    public CompletionStage<Outcome> finish(
            GenerationRequest request,
            String contentHash,
            JobEnd.Sampled sampled,
            Instant acceptedAt,
            Instant giveUpAt) {
        requestsInside.incrementAndGet();
        long start = System.nanoTime();
        return CompletableFuture.supplyAsync(() -> encode(request, contentHash, sampled), pool)
                .thenCompose(pngs -> {
                    long encoded = System.nanoTime();
                    return storeAll(request, contentHash, sampled.bundle(), pngs, patience(giveUpAt))
                            .thenApply(images -> {
                                tellStored(request, sampled, encoded - start, System.nanoTime() - encoded);
                                return images;
                            });
                })
                .handle((images, failure) -> failure == null
                        ? completed(request, sampled, acceptedAt, images, Duration.ofNanos(System.nanoTime() - start))
                        : notStored(request, sampled, failure))
                .whenComplete((outcome, failure) -> requestsInside.decrementAndGet());
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    private List<byte[]> encode(GenerationRequest request, String contentHash, JobEnd.Sampled sampled) {
        List<byte[]> pngs = new ArrayList<>();
        RgbImage.Levels levels = sampled.decoded() ? RgbImage.Levels.NEAREST : RgbImage.Levels.BELOW;
        for (int image = 0; image < sampled.samples().size(); image++) {
            Provenance provenance =
                    Provenance.of(request, contentHash, request.firstImage() + image, sampled.bundle(), sampled.plan());
            JobEnd.SampleShape shape = sampled.shape();
            RgbImage pixels = RgbImage.fromSamples(sampled.samples().get(image), shape.width(), shape.height(), levels);
            pngs.add(encoder.encode(pixels, provenance));
        }
        events.on(new RequestEvent.Encoded(request.id()));
        return pngs;
    }

    /** No fault of a listener costs a request its images. */
    private void tellStored(GenerationRequest request, JobEnd.Sampled sampled, long encodingNanos, long uploadNanos) {
        try {
            events.on(new RequestEvent.Stored(
                    request, sampled, Duration.ofNanos(encodingNanos), Duration.ofNanos(uploadNanos)));
        } catch (RuntimeException e) {
            LOG.error("finish_listener_failed", e);
        }
    }

    private Duration patience(Instant giveUpAt) {
        Duration left = Duration.between(clock.instant(), giveUpAt);
        return left.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : left;
    }

    private CompletionStage<List<StoredImage>> storeAll(
            GenerationRequest request,
            String contentHash,
            BundleIdentity bundle,
            List<byte[]> pngs,
            Duration patience) {
        List<CompletableFuture<StoredImage>> puts = new ArrayList<>();
        for (int image = 0; image < pngs.size(); image++) {
            ImageAddress address = ImageAddress.of(request, contentHash, bundle, request.firstImage() + image);
            puts.add(store.put(address, pngs.get(image), patience).toCompletableFuture());
        }
        return CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new))
                .thenApply(all -> puts.stream().map(CompletableFuture::join).toList());
    }

    private Outcome completed(
            GenerationRequest request,
            JobEnd.Sampled sampled,
            Instant acceptedAt,
            List<StoredImage> images,
            Duration storing) {
        return new Outcome.Completed(
                request.id(),
                images,
                sampled.bundle(),
                sampled.plan(),
                batches(sampled, images),
                sampled.evaluations(),
                sampled.spent(),
                sampled.usage(),
                new Timings(acceptedAt, clock.instant(), sampled.waiting(), sampled.sampling(), storing));
    }

    /** Where an earlier attempt's image won, nobody here knows how large the batches were that made it. */
    private static BatchShape batches(JobEnd.Sampled sampled, List<StoredImage> images) {
        BatchShape batches = sampled.batches();
        return images.stream().anyMatch(StoredImage::earlier) ? batches.elastic() : batches;
    }

    private static Outcome notStored(GenerationRequest request, JobEnd.Sampled sampled, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        LOG.error("not_stored request={}", request.id(), cause);
        return failed(
                request,
                FailureCode.STORAGE_FAULT,
                String.valueOf(cause.getMessage()),
                sampled.spent(),
                sampled.usage());
    }

    /** The outcome of a job that the engine stopped. */
    static Outcome stopped(GenerationRequest request, JobEnd.Stopped stopped) {
        return failed(request, stopped.code(), stopped.message(), stopped.spent(), stopped.usage());
    }

    private static Outcome failed(
            GenerationRequest request, FailureCode code, String message, Evaluations evaluations, DeviceUsage usage) {
        return new Outcome.Failed(request.id(), code, message, Optional.empty(), evaluations, usage);
    }
}
