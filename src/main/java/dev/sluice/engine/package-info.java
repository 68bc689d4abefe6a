/**
 * Trajectories become rows, rows become calls of constant size, calls move trajectories on. Jobs come in from {@code
 * stream} through {@link dev.sluice.engine.Engine#submit} on any thread; one thread owns the device, the loop and all
 * state in it; what became of a job goes back through its {@link dev.sluice.engine.JobListener}. Knows nothing of Kafka
 * or S3.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
