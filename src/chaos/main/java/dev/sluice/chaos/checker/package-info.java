/**
 * Judges a run from downstream, in a process of its own: reads what the publisher wrote down, every committed event and every
 * image, and says what was lost, doubled, missing or charged wrongly. Knows nothing of workers or of what was broken.
 */
@NullMarked
package dev.sluice.chaos.checker;

import org.jspecify.annotations.NullMarked;
