package dev.sluice.model;

import dev.sluice.request.BundleIdentity;
import java.util.Optional;

/**
 * A bundle whose modules are loaded. The modules are called by one thread at a time; the counters may be read by any.
 *
 * @param denoiserRows counts what the denoiser was called for
 * @param guideRows counts what the guide was called for
 */
public record Bundle(
        BundleManifest manifest,
        BundleIdentity identity,
        Denoiser denoiser,
        Optional<Guide> guide,
        Optional<Auditor> auditor,
        RowCounter denoiserRows,
        RowCounter guideRows)
        implements AutoCloseable {
    /** A bundle that counts rows where they enter the modules. */
    public static Bundle counting(
            BundleManifest manifest,
            BundleIdentity identity,
            Denoiser denoiser,
            Optional<Guide> guide,
            Optional<Auditor> auditor) {
        RowCounter denoiserRows = new RowCounter();
        RowCounter guideRows = new RowCounter();
        return new Bundle(
                manifest,
                identity,
                denoiserRows.countingDenoiser(denoiser),
                guide.map(guideRows::countingGuide),
                auditor,
                denoiserRows,
                guideRows);
    }

    public String name() {
        return manifest.name();
    }

    @Override
    public void close() {
        denoiser.close();
        guide.ifPresent(Guide::close);
        auditor.ifPresent(Auditor::close);
    }
}
