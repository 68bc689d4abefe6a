/**
 * Measures Sluice on the machine it runs on. {@code app} says what to measure and on which bundles; engines and bare
 * loops take turns over the same modules; the figures go back as a {@link dev.sluice.bench.BenchReport}, for people or
 * as JSON. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
