package dev.sluice.engine;

import dev.sluice.engine.Call.Network;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.RowBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One bundle's side of the engine: its rows that wait, and the buffers of its calls. Confined to the engine's thread. */
final class Lane {
    private final Bundle bundle;
    private final Recipes recipes;
    private final EngineSettings settings;
    private final RowQueue denoiserRows;
    private final RowQueue guideRows;
    private final RowBuffers denoiserBuffers;
    private final RowBuffers guideBuffers;

    Lane(Bundle bundle, EngineSettings settings) {
        this.bundle = bundle;
        this.settings = settings;
        recipes = new Recipes(bundle.manifest(), bundle.guide().isPresent());
        int elements = bundle.manifest().sample().elements();
        denoiserRows = new RowQueue(settings.rowsPerCall());
        guideRows = new RowQueue(settings.guideRowsPerCall());
        denoiserBuffers = new RowBuffers(settings.rowsPerCall(), elements);
        guideBuffers = new RowBuffers(settings.guideRowsPerCall(), elements);
    }

    Bundle bundle() {
        return bundle;
    }

    BundleManifest manifest() {
        return bundle.manifest();
    }

    Recipes recipes() {
        return recipes;
    }

    void add(Row row) {
        (row.role() == Role.GUIDE ? guideRows : denoiserRows).add(row);
    }

    void drop(Job job) {
        denoiserRows.drop(job);
        guideRows.drop(job);
    }

    /** Whether a new image would find room in the next denoiser call. */
    boolean wantsImages() {
        return !denoiserRows.fillsCall();
    }

    boolean hasRows() {
        return !denoiserRows.isEmpty() || !guideRows.isEmpty();
    }

    /** Rows that wait for a call of this network. */
    int waiting(Network network) {
        return switch (network) {
            case DENOISER -> denoiserRows.size();
            case GUIDE -> guideRows.size();
        };
    }

    /**
     * Picks the next call: the guide's when it is full, when its oldest row has waited long enough, or when the
     * denoiser's would carry padding; else the denoiser's.
     */
    Optional<Call> nextCall() {
        if (!hasRows()) {
            return Optional.empty();
        }
        boolean guide = guideRows.fillsCall()
                || guideRows.patience() >= settings.guidePatience()
                || (!guideRows.isEmpty() && !denoiserRows.fillsCall());
        if (guide) {
            return Optional.of(new Call(this, Network.GUIDE, guideRows.take(), guideBuffers));
        }
        guideRows.letPass();
        return Optional.of(new Call(this, Network.DENOISER, denoiserRows.take(), denoiserBuffers));
    }

    /** One call of each network with nothing but padding, so that the first request doesn't pay for what comes once. */
    List<Call> warmUpCalls() {
        List<Call> calls = new ArrayList<>();
        calls.add(new Call(this, Network.DENOISER, List.of(), denoiserBuffers));
        if (bundle.guide().isPresent()) {
            calls.add(new Call(this, Network.GUIDE, List.of(), guideBuffers));
        }
        return calls;
    }
}
