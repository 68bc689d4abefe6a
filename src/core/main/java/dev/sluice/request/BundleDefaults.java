package dev.sluice.request;

/**
 * What a bundle samples with where a request has no opinion.
 *
 * @param steps sampling steps T, at least 1
 * @param classifierFreeScale in the form {@code eps_u + s·(eps_c - eps_u)}
 * @param classifierScale of the bundle's guide
 */
public record BundleDefaults(
        SamplerSettings.Kind sampler, int steps, double classifierFreeScale, double classifierScale) {
    /** Stands in where the bundle is not known: contradicts nothing that a request may say. */
    public static final BundleDefaults ANY = new BundleDefaults(SamplerSettings.Kind.DDIM, 50, 2, 2);
}
