/**
 * Measures what the rest promises. {@code app} says what to measure and on which bundles. Engines, bare loops and a
 * static server take turns over the same modules; requests from a publisher in here go the whole way, through real
 * brokers and the real worker, with a model or a store that costs nothing where another part is to be measured. Figures
 * go back as a {@link dev.sluice.bench.BenchReport}, for people or as JSON. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
