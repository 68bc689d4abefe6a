/**
 * Prompts and trajectories become rows, rows become batches of constant size, batches move them on. Jobs come in from {@code
 * stream} through {@link dev.sluice.engine.Engine#submit} on any thread; one thread runs the loop and owns all state in
 * it, one makes the batches; what became of a job goes back through its {@link dev.sluice.engine.JobListener}. {@link
 * dev.sluice.engine.BatchScheduler} says which rows go together. Knows nothing of Kafka or S3.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
