package dev.sluice.model;

import dev.sluice.request.BundleIdentity;
import java.util.Optional;

/**
 * A bundle, and how it comes to the device. The modules are called by one thread at a time; the counters may be read by any.
 *
 * @param residence whether the modules are on the device
 * @param denoiserRows counts what the denoiser was called for
 * @param guideRows counts what the guide was called for
 */
public record Bundle(
        BundleManifest manifest,
        BundleIdentity identity,
        Denoiser denoiser,
        Optional<Guide> guide,
        Optional<Auditor> auditor,
        Residence residence,
        RowCounter denoiserRows,
        RowCounter guideRows)
        implements AutoCloseable {
    /** A bundle that counts rows where they enter the modules. */
    public static Bundle counting(
            BundleManifest manifest,
            BundleIdentity identity,
            Denoiser denoiser,
            Optional<Guide> guide,
            Optional<Auditor> auditor,
            Residence residence) {
        RowCounter denoiserRows = new RowCounter();
        RowCounter guideRows = new RowCounter();
        return new Bundle(
                manifest,
                identity,
                denoiserRows.countingDenoiser(denoiser),
                guide.map(guideRows::countingGuide),
                auditor,
                residence,
                denoiserRows,
                guideRows);
    }

    /** As above, of modules that are always on the device. */
    public static Bundle counting(
            BundleManifest manifest,
            BundleIdentity identity,
            Denoiser denoiser,
            Optional<Guide> guide,
            Optional<Auditor> auditor) {
        return counting(manifest, identity, denoiser, guide, auditor, Residence.ALWAYS);
    }

    public String name() {
        return manifest.name();
    }

    @Override
    public void close() {
        residence.unload();
    }
}
