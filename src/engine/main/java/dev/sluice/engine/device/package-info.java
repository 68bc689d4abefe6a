/**
 * The device, and what is on it. Batches go in and results come out, one after the other; {@link
 * dev.sluice.engine.device.BundleResidency} says which bundles stay, {@link dev.sluice.engine.device.CircuitBreaker} which are
 * not called, {@link dev.sluice.engine.device.BatchSizeSweep} how large batches should be. Knows nothing of the requests that
 * rows are for. Public is what the loop, the simulation and measurements use.
 */
@NullMarked
package dev.sluice.engine.device;

import org.jspecify.annotations.NullMarked;
