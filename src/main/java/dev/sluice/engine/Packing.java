package dev.sluice.engine;

import dev.sluice.request.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which rows go into the next call of one bundle, and which images start to fill it. Confined to the engine's loop.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>A call has rows of one network, and never more than that network's rows per call.
 *   <li>It has fewer only if none of its network's rows, and for the denoiser no image, was left waiting.
 *   <li>A denoiser call that isn't full is made only if no call is under way whose results could fill it, and after the
 *       guide rows that wait. A guide call that isn't full is made only then, or ahead of full denoiser calls once its
 *       oldest row has let {@code guidePatience} of them pass, and only while padding stays within one of {@value
 *       #ROWS_PER_PADDING} rows: so a guide row that nobody joins waits until {@code 100 · (guideRowsPerCall - 1)}
 *       other rows have left at the longest.
 *   <li>Rows of a network and priority leave in the order they came: one that doesn't fit this call goes first into the
 *       next.
 *   <li>Interactive goes before batch, rows and images alike; but of {@value RowLine#BATCH_SHARE} rows that leave while
 *       batch work waits, batch work gets one.
 *   <li>Among one priority's images, no tenant that waits falls behind another by more than {@link TenantRounds#lead}
 *       planned evaluations; a tenant's own start oldest first, then by deadline.
 *   <li>An image starts only if its first row will be in the next call. So images under way are no more than fill the
 *       calls, and those that started go on at the full rate.
 * </ol>
 */
final class Packing {
    /** Rows that leave for each empty row that may go with them while work waits: padding stays below 1 %. */
    private static final int ROWS_PER_PADDING = 100;

    private final int guidePatience;
    private final RowLine denoiserRows;
    private final RowLine guideRows;
    private final Map<Priority, TenantRounds> toStart = new EnumMap<>(Priority.class);
    /** Rows that left and have not paid for padding, as many as pay for a whole call of it at most. */
    private int unpadded;

    /**
     * Nothing waits yet.
     *
     * @param rowsPerCall rows of a denoiser call
     * @param guideRowsPerCall rows of a guide call
     * @param guidePatience full denoiser calls that a guide row waits at least for company
     */
    Packing(int rowsPerCall, int guideRowsPerCall, int guidePatience) {
        this.guidePatience = guidePatience;
        denoiserRows = new RowLine(rowsPerCall);
        guideRows = new RowLine(guideRowsPerCall);
        for (Priority priority : Priority.values()) {
            toStart.put(priority, new TenantRounds());
        }
    }

    /** Takes in a job none of whose images has started. */
    void add(Job job) {
        rounds(job.request().priority()).add(job);
    }

    /** Takes in a row of an image under way. */
    void add(Row row) {
        line(row.network()).add(row);
    }

    /** Forgets a job that was stopped: its rows, and the images it has not started. */
    void drop(Job job) {
        rounds(job.request().priority()).remove(job);
        denoiserRows.drop(job);
        guideRows.drop(job);
    }

    /** Starts images while their first rows would be in the next denoiser call, and takes those rows in. */
    void startImages() {
        for (Priority priority : Priority.values()) {
            TenantRounds rounds = rounds(priority);
            while (!rounds.isEmpty() && denoiserRows.hasRoomFor(priority)) {
                rounds.startNext().requestRows(this::add);
            }
        }
    }

    /**
     * The network to call next.
     *
     * @param resultsToCome whether a call is under way, whose results may bring the rows that a call still lacks
     */
    Optional<Network> next(boolean resultsToCome) {
        if (guideRows.fillsCall() || (guideRows.patience() >= guidePatience && affordable(guideRows.padding()))) {
            return Optional.of(Network.GUIDE);
        }
        if (denoiserRows.fillsCall()) {
            return Optional.of(Network.DENOISER);
        }
        if (resultsToCome || !hasRows()) {
            return Optional.empty();
        }
        return Optional.of(guideRows.isEmpty() ? Network.DENOISER : Network.GUIDE);
    }

    /** Takes the rows of the network's next call out. */
    List<Row> take(Network network) {
        RowLine line = line(network);
        int padding = line.padding();
        if (network == Network.DENOISER) {
            guideRows.letPass();
        }
        List<Row> call =
                line.take(network == Network.DENOISER && !rounds(Priority.BATCH).isEmpty());
        unpadded = Math.clamp(unpadded + call.size() - ROWS_PER_PADDING * padding, 0, mostUnpadded());
        return call;
    }

    private boolean affordable(int padding) {
        return unpadded >= ROWS_PER_PADDING * padding;
    }

    private int mostUnpadded() {
        return ROWS_PER_PADDING * guideRows.rowsPerCall();
    }

    /** Takes the rows of a call that came to nothing in again, ahead of all others. */
    void putBack(List<Row> rows) {
        if (!rows.isEmpty()) {
            line(rows.getFirst().network()).putBack(rows);
        }
    }

    int rowsPerCall(Network network) {
        return line(network).rowsPerCall();
    }

    /** Changes the size of the network's calls from the next one on. */
    void resize(Network network, int rowsPerCall) {
        line(network).resize(rowsPerCall);
    }

    boolean hasRows() {
        return !denoiserRows.isEmpty() || !guideRows.isEmpty();
    }

    /** Rows that wait for a call of this network. */
    int waiting(Network network) {
        return line(network).size();
    }

    /** Whether a full call's worth of work waits, in rows or in images that have not started. */
    boolean workWaits() {
        return denoiserRows.fillsCall()
                || guideRows.fillsCall()
                || toStart.values().stream().anyMatch(rounds -> !rounds.isEmpty());
    }

    private RowLine line(Network network) {
        return switch (network) {
            case DENOISER -> denoiserRows;
            case GUIDE -> guideRows;
        };
    }

    private TenantRounds rounds(Priority priority) {
        TenantRounds rounds = toStart.get(priority);
        if (rounds == null) {
            throw new IllegalStateException("no rounds for " + priority);
        }
        return rounds;
    }
}
