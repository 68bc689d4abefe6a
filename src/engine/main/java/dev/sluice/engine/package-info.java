/**
 * The engine's loop: schedule batches, run them, process their results. Requests come in from {@code stream} through {@link
 * dev.sluice.engine.Engine#submit} on any thread; one thread runs the loop and owns all state in it, one makes the batches;
 * what became of a job goes back through its {@link dev.sluice.engine.JobListener}. Which rows go together is {@code
 * scheduling}'s business, what becomes of an image {@code sampling}'s, and what happens to a batch {@code device}'s; none of
 * them sees the loop. Knows nothing of Kafka or S3.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
