/**
 * The device, and what is known of it: how large its batches should be, and whether a bundle's batches keep failing.
 * Knows batches, and nothing of the requests that their rows are for. Public is what the loop uses.
 */
@NullMarked
package dev.sluice.engine.device;

import org.jspecify.annotations.NullMarked;
