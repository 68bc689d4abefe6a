package dev.sluice.engine.scheduling;

import dev.sluice.request.Network;
import dev.sluice.request.Priority;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which rows go into the next batch of one bundle, and which images start to fill it. Confined to the engine's loop.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>A batch has rows of one network, and never more than that network's rows per batch.
 *   <li>It has fewer only if none of its network's rows, and for the denoiser no image that may start, was left waiting.
 *   <li>A batch that isn't full is made in two cases only. Either no batch is under way whose results could fill it; then
 *       the denoiser's goes after all others'. Or its oldest row has let {@code maximumWait} batches of a stage pass; then
 *       it goes ahead of full batches, as long as padding stays within one of {@value #ROWS_PER_PADDING} rows. So a row
 *       that no other joins, in any network but the denoiser's, waits at most until {@code 100 · (batchSize - 1)}
 *       other rows have left. If several networks have such rows, the one that let most batches pass goes first.
 *   <li>Where both stages, denoiser and upsampler, have full batches they take turns: each makes rows of its own out of its
 *       results, so neither may wait for the other to run dry. The other networks' full batches go ahead of theirs.
 *   <li>Rows of a network and priority leave in the order they came: one that doesn't fit this batch goes first into the
 *       next.
 *   <li>Interactive goes before batch, rows and images alike; but of {@value RowQueue#BATCH_SHARE} rows that leave while
 *       batch work waits, batch work gets one.
 *   <li>Among one priority's images, no tenant that waits falls behind another by more than {@link FairImageQueue#lead}
 *       planned evaluations; a tenant's own start oldest first, then by deadline.
 *   <li>An image starts only if there is room for another row in the next denoiser batch, and its first row will be in it,
 *       unless another engine left it in a later phase. So images under way are no more than fill the batches, and those that
 *       started go on at the full rate.
 * </ol>
 *
 * @param <R> what waits for a batch
 */
public final class BatchScheduler<R extends Row> {
    /** Of so many rows that leave while batch work waits, batch work gets one. */
    public static final int BATCH_SHARE = RowQueue.BATCH_SHARE;

    /** Rows that leave for each empty row that may go with them while work waits: padding stays below 1 %. */
    private static final int ROWS_PER_PADDING = 100;

    /** Networks whose rows make rows of the same network. */
    private static final List<Network> STAGES = List.of(Network.DENOISER, Network.UPSAMPLER);

    /** Networks that are asked once in a while: whoever can start or finish something goes first. */
    private static final List<Network> SERVANTS =
            List.of(Network.TEXT_ENCODER, Network.GUIDE_TEXT_ENCODER, Network.GUIDE, Network.DECODER);

    private final int maximumWait;
    private final Map<Network, RowQueue<R>> queues = new EnumMap<>(Network.class);
    private final Map<Priority, FairImageQueue<List<R>>> images = new EnumMap<>(Priority.class);
    /** The stages in the order in which they may go. */
    private final Deque<Network> turns = new ArrayDeque<>(STAGES);
    /** Rows that left and have not paid for padding, as many as pay for a whole batch of it at most. */
    private int unpadded;

    /**
     * Nothing waits yet.
     *
     * @param rows of each network's batches
     * @param maximumWait batches of a stage that a row of another network waits at least for company
     */
    public BatchScheduler(BatchSizes rows, int maximumWait) {
        this.maximumWait = maximumWait;
        for (Network network : Network.values()) {
            queues.put(network, new RowQueue<>(rows.of(network)));
        }
        for (Priority priority : Priority.values()) {
            images.put(priority, new FairImageQueue<>());
        }
    }

    /** Takes in a job none of whose images has started, and whose prompt is encoded. */
    public void add(QueuedJob<List<R>> job) {
        images(job.priority()).add(job);
    }

    /** Takes in a row of an image under way, or of a prompt. */
    public void add(R row) {
        queue(row.network()).add(row);
    }

    /** Forgets a job that was stopped: its rows, and the images it has not started. */
    public void drop(QueuedJob<List<R>> job) {
        images(job.priority()).remove(job);
        queues.values().forEach(queue -> queue.drop(job));
    }

    /** Starts images while their first rows would be in the next denoiser batch, and takes those rows in. */
    public void startImages() {
        for (Priority priority : Priority.values()) {
            FairImageQueue<List<R>> waiting = images(priority);
            while (!waiting.isEmpty() && queue(Network.DENOISER).hasRoomFor(priority)) {
                waiting.startNext().forEach(this::add);
            }
        }
    }

    /**
     * The network to batch next.
     *
     * @param resultsToCome whether a batch is under way, whose results may bring the rows that a batch still lacks
     */
    public Optional<Network> next(boolean resultsToCome) {
        return first(SERVANTS, RowQueue::fillsBatch)
                .or(this::longestWaiting)
                .or(() -> first(turns, RowQueue::fillsBatch))
                .or(() -> resultsToCome ? Optional.empty() : anyRows());
    }

    private Optional<Network> first(Collection<Network> networks, Predicate<RowQueue<R>> condition) {
        return networks.stream()
                .filter(network -> condition.test(queue(network)))
                .findFirst();
    }

    /** The one that let most batches pass, or none as long as its padding isn't paid for: a cheaper one may not overtake it. */
    private Optional<Network> longestWaiting() {
        return queues.keySet().stream()
                .filter(network -> network != Network.DENOISER)
                .filter(network -> queue(network).passedBatches() >= maximumWait)
                .max(Comparator.comparingInt(network -> queue(network).passedBatches()))
                .filter(network -> affordable(queue(network).padding()));
    }

    private Optional<Network> anyRows() {
        return first(SERVANTS, queue -> !queue.isEmpty())
                .or(() -> first(List.of(Network.UPSAMPLER, Network.DENOISER), queue -> !queue.isEmpty()));
    }

    /** Takes the rows of the network's next batch out. */
    public List<R> take(Network network) {
        RowQueue<R> queue = queue(network);
        int padding = queue.padding();
        if (turns.remove(network)) {
            turns.addLast(network);
            queues.forEach((other, waiting) -> {
                if (other != network) {
                    waiting.letPass();
                }
            });
        }
        List<R> batch = queue.take(
                network == Network.DENOISER && !images(Priority.BATCH).isEmpty());
        unpadded = Math.clamp(unpadded + batch.size() - ROWS_PER_PADDING * padding, 0, mostUnpadded());
        return batch;
    }

    private boolean affordable(int padding) {
        return unpadded >= ROWS_PER_PADDING * padding;
    }

    private int mostUnpadded() {
        return ROWS_PER_PADDING
                * queues.values().stream().mapToInt(RowQueue::batchSize).max().orElseThrow();
    }

    /** Takes the rows of a batch that came to nothing in again, ahead of all others. */
    public void putBack(List<R> rows) {
        if (!rows.isEmpty()) {
            queue(rows.getFirst().network()).putBack(rows);
        }
    }

    /** Rows of this network's batches, padding included. */
    public int batchSize(Network network) {
        return queue(network).batchSize();
    }

    /** Changes the size of the network's batches from the next one on. */
    public void resize(Network network, int batchSize) {
        queue(network).resize(batchSize);
    }

    public boolean hasRows() {
        return queues.values().stream().anyMatch(queue -> !queue.isEmpty());
    }

    /** Rows that wait for a batch of this network. */
    public int waiting(Network network) {
        return queue(network).size();
    }

    /** Whether a full batch's worth of work waits, in rows or in images that have not started. */
    public boolean workWaits() {
        return queues.values().stream().anyMatch(RowQueue::fillsBatch)
                || images.values().stream().anyMatch(waiting -> !waiting.isEmpty());
    }

    private RowQueue<R> queue(Network network) {
        RowQueue<R> queue = queues.get(network);
        if (queue == null) {
            throw new IllegalStateException("no queue for " + network);
        }
        return queue;
    }

    private FairImageQueue<List<R>> images(Priority priority) {
        FairImageQueue<List<R>> waiting = images.get(priority);
        if (waiting == null) {
            throw new IllegalStateException("no queue for images of " + priority);
        }
        return waiting;
    }
}
